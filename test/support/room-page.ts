/** A page without a browser that really plays: the page's own game room over a real socket, with keys pressed at random. */
import { pathToFileURL } from "node:url";
import { onTestFinished } from "vitest";
import { type Action, nextInt, seedRandom } from "../../engine/index.ts";
import { GameRoom } from "../../signaling/pages/game-room.ts";
import type { PageHost } from "../../signaling/pages/page-host.ts";
import { Store } from "../../signaling/pages/store.ts";
import type { Line, StudySocket } from "../../signaling/pages/study-socket.ts";
import type { ClientEvent, ClientMessage, GameStart } from "../../signaling/protocol.ts";
import type { HeadlessPage } from "./headless-page.ts";
import type { StudyServer } from "./study-server.ts";

/** Of the counter game. */
const ACTIONS = 3;
const KEY_INTERVAL_MS = 40;

/** The page's line to the server, over the socket of a headless page; `onUpload` is told what leaves the page. */
function socketOf(
  { socket }: HeadlessPage,
  onUpload: (log: ClientMessage<"episode-log">) => void,
): StudySocket {
  const line = new Store<Line>({ kind: "connected" });
  socket.on("disconnect", () => line.set({ kind: "reconnecting" }));
  const request = (event: ClientEvent, message: unknown) => {
    if (event === "episode-log") onUpload(message as ClientMessage<"episode-log">);
    return socket.timeout(10_000).emitWithAck(event, message);
  };
  return {
    line,
    get isConnected() {
      return socket.connected;
    },
    isBacklogged: false,
    // As in a browser that keeps nothing.
    outbox: {
      leftHandedIn: Promise.resolve(),
      keepFrames: () => Promise.resolve(false),
      keepClose: () => Promise.resolve(false),
      forget() {},
    },
    request,
    // A page whose socket is gone from here is gone itself: nobody waits for it.
    requestUntilAnswered: request,
    tell: (event: ClientEvent, message: unknown) => void socket.emit(event, message, () => {}),
  } as unknown as StudySocket;
}

export class RoomPage {
  readonly page: HeadlessPage;
  readonly room: GameRoom;
  #action: Action = 0;
  readonly #keys: ReturnType<typeof setInterval>;
  readonly #waiting: { isDue: () => boolean; resolve: () => void }[] = [];
  /** By episode: how many of its frames have left the page. */
  readonly #uploadedFrames = new Map<number, number>();

  constructor(server: StudyServer, page: HeadlessPage, start: GameStart, seed: number) {
    this.page = page;
    const file = server.path("environments", `${start.environmentDigest}.js`);
    const socket = socketOf(page, ({ episode, fromFrame, hashes }) => {
      this.#uploadedFrames.set(episode, fromFrame + hashes.length);
    });
    this.room = new GameRoom(start, socket, null, this.#hostOf(pathToFileURL(file).href));
    page.socket.on("signal", (m) => this.room.signal(m.fromPlayer, m.epoch, m.data));
    page.socket.on("relay", (m) =>
      this.room.relay(m.fromPlayer, m.epoch, m.channel, new Uint8Array(m.bytes)),
    );
    page.socket.on("partner-status", (status) => this.room.partnerStatus(status));
    const random = seedRandom([0, 0, 0, 0], seed);
    this.#keys = setInterval(() => this.#press(random), KEY_INTERVAL_MS);
    void this.room.run();
    onTestFinished(() => this.kill());
  }

  /** Resolves when the whole game is handed in, or play has stopped early. */
  over(): Promise<void> {
    return this.until(() => ["saved", "stopped"].includes(this.room.view.value.phase.kind));
  }

  /** Resolves once it is so; looked at as often as keys are pressed. */
  until(isDue: () => boolean): Promise<void> {
    return new Promise((resolve) => this.#waiting.push({ isDue, resolve }));
  }

  /** The frame of the episode that is played. */
  untilFrame(episode: number, frame: number): Promise<void> {
    return this.until(() => {
      const { view, play } = this.room;
      return view.value.episode === episode && (play?.session.currentFrame ?? -1) >= frame;
    });
  }

  /** As `untilFrame`, and some frames are certain for both that have not left this page. */
  untilUnsent(partner: RoomPage, episode: number, frame: number): Promise<void> {
    return this.until(() => {
      const uploaded = this.#uploadedFrames.get(episode) ?? 0;
      const isUnsent = ({ room: { play, view } }: RoomPage) =>
        view.value.episode === episode && (play?.session.confirmedFrame ?? 0) > uploaded;
      const hasPlayed = (this.room.play?.session.currentFrame ?? -1) >= frame;
      return hasPlayed && isUnsent(this) && isUnsent(partner);
    });
  }

  /** As if the browser had crashed: nothing more is said, nothing is handed in. */
  kill(): void {
    clearInterval(this.#keys);
    this.page.socket.removeAllListeners();
    this.page.close();
    this.room.play?.episode.close();
    this.room.line?.transport.close();
  }

  /** As much of a browser as a room asks for. */
  #hostOf(environmentUrl: string): PageHost {
    return {
      loadEnvironment: async () => (await import(environmentUrl)).environment,
      openDevices: () => ({
        sample: () => ({ action: this.#action, isFocused: true }),
        consume() {},
        takeHiddenPeriods: () => [],
        close() {},
      }),
    } as unknown as PageHost;
  }

  #press(random: number[]): void {
    this.#action = nextInt(random, ACTIONS);
    for (const waiting of this.#waiting.splice(0)) {
      if (waiting.isDue()) waiting.resolve();
      else this.#waiting.push(waiting);
    }
  }
}
