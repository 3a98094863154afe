/** Controls of the game, the session's knobs and the peers: each change begins a run anew. */
import type { FolderApi, Pane } from "tweakpane";
import {
  DEPARTURE_POLICIES,
  DESYNC_POLICIES,
  HIDDEN_POLICIES,
  INTERRUPTION_POLICIES,
  PREDICTORS,
  type SessionConfig,
} from "../../../engine/index.ts";
import { GAMES, type Game } from "../games.ts";
import {
  defaultSetUp,
  FORCED_ROLLBACK_MAX,
  FRAMES_MAX,
  INPUT_KINDS,
  INPUT_TITLES,
  type InputKind,
  NETWORKS,
  type SetUp,
} from "../set-up.ts";
import type { Workbench } from "../workbench.ts";
import { noteOf } from "./note.ts";

export const choices = (names: readonly string[]) => Object.fromEntries(names.map((n) => [n, n]));

function start(workbench: Workbench, change: Partial<SetUp>): void {
  workbench.start({ ...workbench.setUp, ...change });
}

export function addRunControls(pane: Pane, workbench: Workbench): void {
  const { setUp } = workbench;
  const folder = pane.addFolder({ title: "Run" });
  const games = Object.fromEntries(Object.entries(GAMES).map(([id, { title }]) => [title, id]));
  const { playerCounts, limit } = GAMES[setUp.game] as Game;
  const values = { ...setUp, fps: workbench.run.environment.fps };
  folder.addBinding(values, "game", { options: games }).on("change", ({ value }) => {
    const playerCount = GAMES[value]?.usualPlayerCount ?? 2;
    workbench.start({ ...defaultSetUp(value, playerCount), seed: setUp.seed });
  });
  const peers = folder.addBinding(values, "playerCount", {
    label: "peers",
    options: Object.fromEntries(playerCounts.map((count) => [String(count), count])),
  });
  peers.on("change", ({ value }) =>
    workbench.start({ ...defaultSetUp(setUp.game, value), seed: setUp.seed }),
  );
  folder
    .addBinding(values, "seed", { min: 0, max: 0xffffffff, step: 1, format: String })
    .on("change", ({ value, last }) => last && start(workbench, { seed: value }));
  folder
    .addBinding(values, "frames", { min: 1, max: FRAMES_MAX, step: 1, format: String })
    .on("change", ({ value, last }) => last && start(workbench, { frames: value }));
  folder
    .addBinding(values, "network", { options: choices(NETWORKS) })
    .on("change", ({ value }) => start(workbench, { network: value }));
  const own = GAMES[setUp.game]?.environment(setUp.playerCount).fps;
  folder
    .addBinding(values, "fps", { label: "tick rate", min: 1, max: 120, step: 1 })
    .on("change", ({ value, last }) => {
      if (last) start(workbench, { fps: value === own ? null : value });
    });
  // Tweakpane counts the elements of a folder when it adds one: notes come last.
  if (limit !== null) peers.element.after(noteOf(limit));
}

export function addSessionControls(pane: Pane, workbench: Workbench): void {
  const { setUp } = workbench;
  const folder = pane.addFolder({ title: "Session" });
  const values = { ...setUp.session, force: setUp.forcedRollbackFrames };
  const change = (session: Partial<SessionConfig>) =>
    start(workbench, { session: { ...workbench.setUp.session, ...session } });
  const numbers = [
    ["inputDelayFrames", "input delay", 0, 15],
    ["predictionWindowFrames", "window", 1, 60],
    ["disconnectedAfterMs", "gone after ms", 1, 60_000],
  ] as const;
  for (const [key, label, min, max] of numbers) {
    folder
      .addBinding(values, key, { label, min, max, step: 1, format: String })
      .on("change", ({ value, last }) => last && change({ [key]: value }));
  }
  folder
    .addBinding(values, "predictor", { options: choices(PREDICTORS) })
    .on("change", ({ value }) => change({ predictor: value }));
  const policies = [
    ["onHidden", "when hidden", HIDDEN_POLICIES],
    ["onInterruption", "after silence", INTERRUPTION_POLICIES],
    ["onDeparture", "when gone", DEPARTURE_POLICIES],
    ["onDesync", "when differing", DESYNC_POLICIES],
  ] as const;
  for (const [key, label, names] of policies) {
    folder
      .addBinding(values, key, { label, options: choices(names) })
      .on("change", ({ value }) => change({ [key]: value }));
  }
  folder
    .addBinding(values, "isTimeSyncOn", { label: "time sync" })
    .on("change", ({ value }) => change({ isTimeSyncOn: value }));
  folder
    .addBinding(values, "force", {
      label: "force rollback",
      min: 0,
      max: FORCED_ROLLBACK_MAX,
      step: 1,
    })
    .on("change", ({ value, last }) => last && start(workbench, { forcedRollbackFrames: value }));
}

export function addPeerControls(pane: Pane, workbench: Workbench): void {
  const folder = pane.addFolder({ title: "Peers" });
  workbench.setUp.inputs.forEach((_, peer) => {
    addPeer(folder, workbench, peer);
  });
}

function addPeer(folder: FolderApi, workbench: Workbench, peer: number): void {
  const { setUp } = workbench;
  const values = { input: setUp.inputs[peer] as InputKind, drift: setUp.driftPpm[peer] as number };
  folder
    .addBinding(values, "input", {
      label: `input ${peer}`,
      options: Object.fromEntries(INPUT_KINDS.map((kind) => [INPUT_TITLES[kind], kind])),
    })
    .on("change", ({ value }) =>
      start(workbench, { inputs: workbench.setUp.inputs.with(peer, value) }),
    );
  folder
    .addBinding(values, "drift", {
      label: `drift ${peer} ppm`,
      min: -10_000,
      max: 10_000,
      step: 10,
    })
    .on("change", ({ value, last }) => {
      if (last) start(workbench, { driftPpm: workbench.setUp.driftPpm.with(peer, value) });
    });
}
