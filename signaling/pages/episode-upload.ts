/** Carries one episode to the server: its frames while it is played, its closing when it is over. */
import { Recorder } from "../../engine/index.ts";
import type { ClientMessage } from "../protocol.ts";
import { type StudySocket, wait } from "./study-socket.ts";

/** The socket's own bound is 1,200 frames; a tenth keeps a message small and is ten times the usual. */
const CHUNK_FRAMES_MAX = 600;

export type EpisodeClosing = Omit<ClientMessage<"close-episode">, "gameId" | "episode">;

export class EpisodeUpload {
  readonly recorder: Recorder;
  private readonly socket: StudySocket;
  private readonly gameId: string;
  private readonly episode: number;
  /** The server will not take this episode, however often it is asked. */
  private refusal: string | null = null;

  constructor(socket: StudySocket, gameId: string, episode: number) {
    this.socket = socket;
    this.gameId = gameId;
    this.episode = episode;
    this.recorder = new Recorder({
      chunkFramesMax: CHUNK_FRAMES_MAX,
      upload: (chunk) => this.upload(chunk),
    });
  }

  /** Resolves when the server holds everything, or has refused it for good. */
  async close(closing: EpisodeClosing): Promise<void> {
    const { gameId, episode } = this;
    try {
      await this.recorder.drain((ms) => this.waitOrGiveUp(ms));
      const message = { ...closing, gameId, episode };
      const answer = await this.socket.requestUntilAnswered("close-episode", message);
      if (!answer.ok) throw new Error(answer.message);
      if (!answer.isClosed) {
        throw new Error(`the server holds ${answer.ackFrame} of ${closing.endFrame} frames`);
      }
    } catch (error) {
      const why = error instanceof Error ? error.message : String(error);
      this.socket.tell("client-error", {
        message: `Episode ${episode} of game ${gameId} could not be handed in: ${why}`,
      });
    }
  }

  private async upload(chunk: Parameters<Recorder["collect"]>[0] & object): Promise<number> {
    const { gameId, episode } = this;
    // The record is the recorder's own and is only read on its way to the socket.
    const message = { gameId, episode, ...chunk } as unknown as ClientMessage<"episode-log">;
    const answer = await this.socket.request("episode-log", message);
    if (answer.ok) return answer.ackFrame;
    const isPassing = answer.reason === "not_registered" || answer.reason === "storage_failed";
    if (!isPassing) this.refusal = answer.message;
    throw new Error(answer.message);
  }

  private async waitOrGiveUp(ms: number): Promise<void> {
    const { line } = this.socket;
    if (this.refusal !== null) throw new Error(this.refusal);
    if (line.value.kind === "refused") throw new Error(line.value.message);
    await wait(ms);
  }
}
