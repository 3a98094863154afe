/** Carries one episode to the server: its frames while it is played, its closing when it is over. */
import { type ConfirmedFrames, type DesyncReport, Recorder } from "../../engine/index.ts";
import { isWithinBound } from "../message-bound.ts";
import type { ClientMessage } from "../protocol.ts";
import type { LeftEpisode } from "./outbox.ts";
import { isPassing, type StudySocket, wait } from "./study-socket.ts";

/** The socket's own bound is 1,200 frames; a tenth keeps a message small and is ten times the usual. */
const CHUNK_FRAMES_MAX = 600;

/** The log is handed in once a second. */
const REPORT_AGAIN_MS = 1_000;

/** The longest JSON of a state that the socket takes. */
const STATE_LENGTH_MAX = 1_000_000;

/** Of states that would make the whole report too long. */
const NO_STATES = { agreed: null, ours: null, theirs: null } as const;

/** Null for nothing, and for what is too long: path and values are reported all the same. */
function stateJson(state: unknown): string | null {
  if (state === null) return null;
  const text = JSON.stringify(state);
  return text.length > STATE_LENGTH_MAX ? null : text;
}

export type EpisodeClosing = Omit<ClientMessage<"close-episode">, "gameId" | "episode">;

export interface EpisodeUploadOptions {
  readonly socket: StudySocket;
  readonly gameId: string;
  readonly episode: number;
  /** Whether the game is played out with it. */
  readonly isLast: boolean;
  /** Whether frames are sent while the episode is played. */
  readonly isStreamed: boolean;
  /** Where the log goes on whose earlier frames the server has from an earlier load of the page. */
  readonly startFrame?: number;
}

type Range = Pick<ConfirmedFrames, "fromFrame"> & { readonly endFrame: number };

function rangeOf({ fromFrame, hashes }: ConfirmedFrames): Range {
  return { fromFrame, endFrame: fromFrame + hashes.length };
}

export class EpisodeUpload {
  readonly recorder: Recorder;
  /** Frames below this one outlive the page, or are acknowledged. */
  keptFrame = 0;
  private readonly options: EpisodeUploadOptions;
  /** Chunks of which the outbox has a copy. */
  private kept: Range[] = [];
  /** The server will not take this episode, however often it is asked. */
  private refusal: string | null = null;
  /** Reports of differences on their way, one after the other. */
  private reports: Promise<void> = Promise.resolve();

  /** `left` is what an earlier load of the page could not hand in. */
  constructor(options: EpisodeUploadOptions, left: readonly ConfirmedFrames[] = []) {
    this.options = options;
    let isKept = true;
    this.recorder = new Recorder({
      chunkFramesMax: CHUNK_FRAMES_MAX,
      isHeld: !options.isStreamed,
      startFrame: options.startFrame ?? left[0]?.fromFrame ?? 0,
      upload: (chunk) => this.upload(chunk),
      keep: (chunk) => void this.keep(chunk, isKept),
    });
    for (const chunk of left) this.recorder.collect(chunk);
    isKept = false;
  }

  /** Hands in what is known of a difference; later ones wait for it. */
  report(report: DesyncReport): void {
    this.reports = this.reports
      .then(() => this.sendReport(report))
      .catch((error: unknown) => this.tellFault("A difference", error));
  }

  /** Resolves when the server holds everything, or has refused it for good. */
  close(closing: EpisodeClosing): Promise<void> {
    const { socket, gameId, episode, isLast } = this.options;
    const message = this.withinBound({ ...closing, gameId, episode });
    void socket.outbox.keepClose(message, isLast && closing.reason === "ended");
    return this.handIn(message);
  }

  /** The same without a closing: of an episode whose page died while it was played. */
  async handIn(closing: ClientMessage<"close-episode"> | null): Promise<void> {
    const { socket, gameId, episode } = this.options;
    try {
      await this.recorder.drain((ms) => this.waitOrGiveUp(ms));
      await this.reports;
      if (closing !== null) await this.sendClosing(closing);
    } catch (error) {
      this.tellFault("The episode", error);
      // A page that may not speak knows nothing of what the server would say.
      if (socket.line.value.kind === "refused") return;
    }
    socket.outbox.forget(gameId, episode);
  }

  /** Measurements that are too long to be sent are left out: the episode counts all the same. */
  private withinBound(message: ClientMessage<"close-episode">): ClientMessage<"close-episode"> {
    if (isWithinBound(message)) return message;
    this.tellFault("The measurements", new Error("they are too long"));
    return { ...message, metrics: null };
  }

  private async sendClosing(message: ClientMessage<"close-episode">): Promise<void> {
    const answer = await this.options.socket.requestUntilAnswered("close-episode", message);
    if (!answer.ok) throw new Error(answer.message);
    if (answer.isClosed) return;
    throw new Error(`the server holds ${answer.ackFrame} of ${message.endFrame} frames`);
  }

  private async keep(chunk: ConfirmedFrames, isKept: boolean): Promise<void> {
    const { socket, gameId, episode } = this.options;
    const range = rangeOf(chunk);
    this.kept.push(range);
    if (isKept || (await socket.outbox.keepFrames(gameId, episode, chunk))) {
      this.keptFrame = Math.max(this.keptFrame, range.endFrame);
    }
  }

  private tellFault(what: string, error: unknown): void {
    const { socket, gameId, episode } = this.options;
    const why = error instanceof Error ? error.message : String(error);
    socket.tell("client-error", {
      message: `${what} of episode ${episode} of game ${gameId} could not be handed in: ${why}`,
    });
  }

  private async sendReport({ states, ...report }: DesyncReport): Promise<void> {
    const { socket, gameId, episode } = this.options;
    const texts = {
      agreed: stateJson(states.agreed),
      ours: stateJson(states.ours),
      theirs: stateJson(states.theirs),
    };
    // The record is the session's own and is only read on its way to the socket.
    const whole = { gameId, episode, ...report, states: texts };
    const message = isWithinBound(whole) ? whole : { ...whole, states: NO_STATES };
    for (;;) {
      const sent = message as unknown as ClientMessage<"desync-report">;
      const answer = await socket.requestUntilAnswered("desync-report", sent);
      if (!answer.ok) throw new Error(answer.message);
      if (answer.isStored) return;
      await this.waitOrGiveUp(REPORT_AGAIN_MS);
    }
  }

  private async upload(chunk: ConfirmedFrames): Promise<number> {
    const { socket, gameId, episode } = this.options;
    // The record is the recorder's own and is only read on its way to the socket.
    const message = { gameId, episode, ...chunk } as unknown as ClientMessage<"episode-log">;
    const answer = await socket.request("episode-log", message);
    if (!answer.ok) {
      if (!isPassing(answer.reason)) this.refusal = answer.message;
      throw new Error(answer.message);
    }
    const { ackFrame } = answer;
    if (ackFrame < chunk.fromFrame) {
      this.refusal = `the server holds only ${ackFrame} of the frames it had acknowledged`;
      throw new Error(this.refusal);
    }
    this.acknowledged(ackFrame);
    return ackFrame;
  }

  private acknowledged(ackFrame: number): void {
    const { socket, gameId, episode } = this.options;
    const done = this.kept.findLast(({ endFrame }) => endFrame <= ackFrame);
    if (done === undefined) return;
    socket.outbox.forget(gameId, episode, done.fromFrame);
    this.kept = this.kept.filter(({ endFrame }) => endFrame > ackFrame);
    this.keptFrame = Math.max(this.keptFrame, ackFrame);
  }

  private async waitOrGiveUp(ms: number): Promise<void> {
    const { line } = this.options.socket;
    if (this.refusal !== null) throw new Error(this.refusal);
    if (line.value.kind === "refused") throw new Error(line.value.message);
    await wait(ms);
  }
}

/** Hands in what an earlier load of the page left, whatever scene is shown now. */
export function handInLeft(socket: StudySocket): void {
  socket.outbox.leftHandedIn = handInAll(socket);
}

async function handInAll(socket: StudySocket): Promise<void> {
  const { outbox } = socket;
  const handIn = ({ gameId, episode, frames, close }: LeftEpisode) => {
    const options = { socket, gameId, episode, isLast: close?.isLast ?? false };
    const left = { ...options, isStreamed: true };
    return new EpisodeUpload(left, frames).handIn(close?.message ?? null);
  };
  await Promise.all(outbox.left.map(handIn));
  const { finishedGameId } = outbox;
  if (finishedGameId === null) return;
  const answer = await socket.requestUntilAnswered("finish-game", { gameId: finishedGameId });
  outbox.finishedGameId = null;
  // The server misses something that nobody has any more: it decides where the participant goes on.
  if (!answer.ok && socket.line.value.kind !== "refused") location.reload();
}
