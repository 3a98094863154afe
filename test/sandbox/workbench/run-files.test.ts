import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { parse } from "csv-parse/sync";
import { beforeAll, describe, expect, it } from "vitest";
import { type Hasher, loadHasher } from "../../../engine/index.ts";
import { openReplay } from "../../../sandbox/workbench/replay-player.ts";
import { type RunFiles, RunRecord } from "../../../sandbox/workbench/run-files.ts";
import { defaultSetUp, type SetUp } from "../../../sandbox/workbench/set-up.ts";
import { runToEnd } from "../../../sandbox/workbench/summary.ts";
import { replaySchema } from "../../../signaling/store/file-schema.ts";
import { multiplayerMetricsSchema } from "../../../signaling/store/metrics-schema.ts";

const SAMPLE = join(import.meta.dirname, "../../../data/sample/kitchen_sample/kitchen");

let hasher: Hasher;
beforeAll(async () => {
  hasher = await loadHasher();
});

function filesOf(change: Partial<SetUp>, untilMs = 20_000, player = 0): RunFiles {
  const game = change.game ?? "puck";
  const setUp = { ...defaultSetUp(game, change.playerCount ?? 2), frames: 300, ...change };
  return new RunRecord(runToEnd(setUp, hasher, untilMs), hasher, 1_000).filesOf(player);
}

describe("files of a run", () => {
  it.each<[string, Partial<SetUp>, number, string]>([
    ["a whole run", {}, 20_000, "verified"],
    ["a run of three", { game: "marbles", playerCount: 3 }, 20_000, "verified"],
    ["a run on its way", {}, 2_000, "unverified"],
    [
      "a run with a hidden tab",
      { faults: [{ kind: "hide", peer: 0, atMs: 1_000, durationMs: 900 }] },
      20_000,
      "verified",
    ],
    [
      "a run with a reloaded page",
      { faults: [{ kind: "reload", peer: 0, atMs: 1_000, durationMs: 900 }] },
      20_000,
      "verified",
    ],
    [
      "a run with a desync",
      { faults: [{ kind: "desync", peer: 0, frame: 99, path: "" }] },
      20_000,
      "disputed",
    ],
  ])("[SB5] of %s pass the schemas of a study", (_, change, untilMs, status) => {
    const { metrics, replay, csv } = filesOf(change, untilMs);
    multiplayerMetricsSchema.parse(metrics);
    replaySchema.parse(replay);
    expect(metrics.validation.episodes[0]?.status).toBe(status);
    const rows = parse(csv, { columns: true }) as Record<string, string>[];
    expect(rows).toHaveLength(replay.endFrame);
    expect(Object.keys(rows[0] ?? {})).toContain("observer.rollback_depth_frames");
  });

  it("[SB5] tell of a hidden tab and of a desync", () => {
    const hide = { kind: "hide", peer: 0, atMs: 1_000, durationMs: 900 } as const;
    expect(filesOf({ faults: [hide] }).metrics.focusLoss.totalBackgroundMs).toBe(900);
    const desync = { kind: "desync", peer: 0, frame: 99, path: "puckX.0" } as const;
    const [event] = filesOf({ faults: [desync] }).metrics.validation.allDesyncEvents;
    expect(event).toMatchObject({ frame: 100, located: { path: "puckX.0" } });
  });
});

describe("replays", () => {
  it("[SB6] of the sandbox's own files give the recorded hashes, and not with another input", () => {
    const { replay } = filesOf({});
    const opened = openReplay(JSON.stringify(replay), hasher);
    if (opened.kind === "refused") throw new Error(opened.message);
    expect(opened.player.firstDifferingFrame).toBeNull();
    expect(opened.player.frameCount).toBe(300);
    const actions = replay.actions.map((row, i) => (i === 150 ? [5, 5] : row));
    const changed = openReplay(JSON.stringify({ ...replay, actions }), hasher);
    expect(changed.kind === "opened" && changed.player.firstDifferingFrame).toBeGreaterThan(149);
  });

  it("[SB6] of a participant's file show each frame, forwards and back", () => {
    const name = readdirSync(SAMPLE).find((file) => file.endsWith("_ep0_replay.json")) as string;
    const opened = openReplay(readFileSync(join(SAMPLE, name), "utf8"), hasher);
    if (opened.kind === "refused") throw new Error(opened.message);
    const { player } = opened;
    const at50 = JSON.stringify(player.stateAt(50));
    expect(JSON.stringify(player.stateAt(100))).not.toBe(at50);
    expect(JSON.stringify(player.stateAt(50))).toBe(at50);
    const { shapes } = player.environment.draw(player.stateAt(60), player.file.playerIndex);
    expect(shapes.length).toBeGreaterThan(10);
  });

  it.each([
    ["not json", "got no JSON"],
    ["{}", "formatVersion"],
  ])("[SB6] %s is refused with a reason", (text, reason) => {
    const opened = openReplay(text, hasher);
    expect(opened.kind === "refused" && opened.message).toContain(reason);
  });
});
