/** What tests, a developer's console and a study's own scripts may read of a running page, and the globals they may set. */
import type { SessionMetrics } from "../../engine/index.ts";
import { totalCounts } from "./connection-log.ts";
import { pauseViewOf } from "./pause-view.ts";
import type { StudyPage } from "./study-page.ts";

export interface PageWindow {
  /** Where the participant is, in plain data. */
  readonly status: Readonly<Record<string, unknown>>;
  /** The present or last episode's measurements; null before one. */
  snapshot(): SessionMetrics | null;
  /** Packets by path since the game began; null when playing alone or not at all. */
  counts(): ReturnType<typeof totalCounts> | null;
  /** The participant's values that outlive scenes. */
  readonly globals: Readonly<Record<string, unknown>>;
  /** Sets the named ones; plain data, 64 kB in all. */
  setGlobals(values: Readonly<Record<string, unknown>>): void;
}

declare global {
  interface Window {
    readonly tandem?: PageWindow;
  }
}

function statusOf(page: StudyPage): PageWindow["status"] {
  const { scene, progress, room } = page.state.value;
  const view = room?.view.value ?? null;
  const play = room?.play ?? null;
  return {
    line: page.socket.line.value.kind,
    scene: scene?.kind ?? null,
    visitId: scene?.visitId ?? null,
    step: progress?.index ?? null,
    gameId: room?.start.gameId ?? null,
    playerIndex: room?.start.playerIndex ?? null,
    phase: view?.phase.kind ?? null,
    episode: view?.episode ?? null,
    partner: view?.partner ?? null,
    pause: room === null ? null : pauseViewOf(play?.world.pause ?? null, room.start),
    steps: play?.world.stepCount ?? null,
    session: play?.session.status ?? null,
    frame: play?.session.currentFrame ?? null,
    confirmedFrame: play?.session.confirmedFrame ?? null,
    storedFrame: play?.upload.recorder.ackFrame ?? null,
    keptFrame: play?.upload.keptFrame ?? null,
    uploadFault: play?.upload.recorder.fault ?? null,
    ticks: play?.episode.ticks ?? null,
    capHits: play?.episode.capHits ?? null,
  };
}

export function exposePage(page: StudyPage): void {
  const value: PageWindow = Object.freeze({
    get status() {
      return statusOf(page);
    },
    get globals() {
      return page.globals.values;
    },
    setGlobals: (values: PageWindow["globals"]) =>
      page.globals.set(JSON.parse(JSON.stringify(values))),
    snapshot: () => page.state.value.room?.play?.session.metrics() ?? null,
    counts() {
      const line = page.state.value.room?.line ?? null;
      return line === null ? null : totalCounts(line);
    },
  });
  Object.defineProperty(window, "tandem", { value });
}
