/** Two participants walk through a whole study over real sockets; the files are what they did. */
import { readdir, readFile, writeFile } from "node:fs/promises";
import { parse } from "csv-parse/sync";
import { beforeAll, describe, expect, it } from "vitest";
import type { SceneView } from "../../signaling/protocol.ts";
import { FILE_SCHEMAS } from "../../signaling/store/json-schema.ts";
import { verifyFolder } from "../../signaling/verify.ts";
import { type GameStart, walkTwo } from "../support/paired-walk.ts";
import type { StudyServer } from "../support/study-server.ts";

let server: StudyServer;
let starts: readonly GameStart[];
let endings: readonly SceneView[];
let stop: () => Promise<void>;

beforeAll(async () => {
  ({ server, starts, endings, stop } = await walkTwo(["anna", "ben"]));
  await server.running.idle();
  return stop;
});

async function csv(subject: string, episode: number): Promise<string[][]> {
  const text = await readFile(server.path("paired", `${subject}_ep${episode}.csv`), "utf8");
  return parse(text) as string[][];
}

/** The columns both must agree on, header first. */
function canonical(rows: readonly string[][]): string[][] {
  const header = rows[0] ?? [];
  const kept = header.flatMap((name, i) => (name.startsWith("observer.") ? [] : [i]));
  return rows.map((row) => kept.map((i) => row[i] ?? ""));
}

describe("a walk through the whole study", () => {
  it("[SG2] ends with a code of one's own", () => {
    const codes = endings.map((view) => (view.kind === "completion-code" ? view.code : ""));
    expect(new Set(codes).size).toBe(2);
    for (const code of codes) expect(code).toMatch(/^[0-9a-f-]{36}$/);
  });

  it("[SG5] gave both the same game, with a seed of its own for every episode", () => {
    const [first, second] = starts as [GameStart, GameStart];
    expect(second).toEqual({ ...first, playerIndex: 1 });
    expect(first.playerIndex).toBe(0);
    expect(new Set(first.seeds).size).toBe(2);
    expect(first.environmentUrl).toBe(`/environments/${first.environmentDigest}.js`);
  });

  it("[DA3] wrote every file where it belongs", async () => {
    const names = async (scene: string) => (await readdir(server.path(scene))).sort();
    expect(await names("welcome")).toEqual(["anna_metadata.json", "ben_metadata.json"]);
    expect(await names("alone")).toContain("anna_ep0_replay.json");
    expect(await names("alone")).not.toContain("anna_multiplayer_metrics.json");
    const of = (subject: string) =>
      [
        "ep0.csv",
        "ep0_replay.json",
        "ep1.csv",
        "ep1_replay.json",
        "globals.json",
        "metadata.json",
        "multiplayer_metrics.json",
      ].map((name) => `${subject}_${name}`);
    const expected = [...of("anna"), ...of("ben"), `${starts[0]?.gameId}_aggregated_metrics.json`];
    expect(await names("paired")).toEqual(expected.sort());
  });

  it("[DA3] wrote only files that pass their schema", async () => {
    let checked = 0;
    for (const scene of ["welcome", "alone", "paired", "survey", "thanks"]) {
      for (const name of await readdir(server.path(scene))) {
        const kind = Object.keys(FILE_SCHEMAS).find((k) => name.endsWith(`_${k}.json`));
        if (kind === undefined) continue;
        const value = await server.json(scene, name);
        FILE_SCHEMAS[kind as keyof typeof FILE_SCHEMAS].parse(value);
        checked++;
      }
    }
    expect(checked).toBe(23);
  });

  it("[DA1] wrote the same rows for both, byte for byte, and the observer's own beside them", async () => {
    for (const episode of [0, 1]) {
      const [anna, ben] = await Promise.all([csv("anna", episode), csv("ben", episode)]);
      expect(anna).toHaveLength(41);
      expect(canonical(anna)).toEqual(canonical(ben));
      expect(anna).not.toEqual(ben);
      const header = anna[0] ?? [];
      expect(anna[1]?.[header.indexOf("player_subjects.right")]).toBe("ben");
      expect(anna[3]?.[header.indexOf("observer.arrival_tick.right")]).toBe("5");
      expect(anna[3]?.[header.indexOf("observer.was_predicted.right")]).toBe("true");
      expect(anna[3]?.[header.indexOf("infos.left.label")]).toBe('a "quoted", text');
    }
  });

  it("[DA6] wrote numbers that read back to the same bits", async () => {
    const rows = await csv("ben", 0);
    const column = rows[0]?.indexOf("observer.simulated_at_ms") ?? -1;
    const values = rows.slice(1).map((row) => Number(row[column]));
    expect(values).toEqual(Array.from({ length: 40 }, (_, i) => i * (1000 / 30) + 1));
  });

  it("[DA2] says verified in every replay, metrics and metadata file", async () => {
    for (const subject of ["anna", "ben"]) {
      const replay = await server.json("paired", `${subject}_ep1_replay.json`);
      expect(replay).toMatchObject({ status: "verified", endFrame: 40, isTerminal: true });
      const metadata = await server.json("paired", `${subject}_metadata.json`);
      expect(metadata.game).toMatchObject({
        isPartial: false,
        terminationReason: "normal",
        terminationFrame: null,
        completedEpisodes: 2,
      });
    }
  });

  it("[SE8] keeps what was measured over all episodes, player 0 included", async () => {
    const metrics = await server.json("paired", "ben_multiplayer_metrics.json");
    expect(metrics).toMatchObject({ playerId: 1, peerPlayerId: 0, sessionDurationMs: 12_000 });
    expect(metrics.inputDelivery).toMatchObject({ sentViaP2P: 90, p2pReceiveRatio: 75 });
    expect(metrics.validation).toMatchObject({
      totalEpisodes: 2,
      totalHashes: 80,
      totalActions: 160,
    });
    expect(metrics.latency).toMatchObject({ sampleCount: 2, minMs: 40, medianMs: 40.5 });
    expect(metrics.focusLoss).toMatchObject({ periodCount: 1, totalBackgroundMs: 500 });
    expect(metrics.hashCoverage).toMatchObject({ totalFrames: 80, matchingFrames: 80, ratio: 1 });
    expect(metrics.rollbackEvents).toHaveLength(2);
    const aggregated = await server.json("paired", `${starts[0]?.gameId}_aggregated_metrics.json`);
    expect(aggregated.summary).toMatchObject({
      fullySynced: true,
      totalHashesCompared: 80,
      totalActionsCompared: 160,
      hashCoverage: 1,
      missingPlayers: [],
    });
  });

  it("keeps answers and codes in the metadata", async () => {
    expect(await server.json("survey", "anna_metadata.json")).toMatchObject({
      answers: { scale_0: 4, text_box: "by anna" },
      questions: [
        { name: "scale_0", prompt: "Fun?", kind: "scale" },
        { name: "text_box", prompt: "Else?", kind: "text" },
      ],
    });
    const thanks = await server.json("thanks", "anna_metadata.json");
    expect(thanks).toMatchObject({ outcome: "completed" });
    expect(endings.map((view) => "code" in view && view.code)).toContain(thanks.completion_code);
  });

  it("[DA5] verifies, and names the first difference when one file is edited", async () => {
    const good = await verifyFolder(server.dataDir);
    expect(good).toMatchObject({ exitCode: 0, fault: null });
    expect(good.episodes.map(({ status }) => status)).toEqual(Array(6).fill("verified"));

    const replayPath = server.path("paired", "ben_ep0_replay.json");
    const original = await readFile(replayPath, "utf8");
    const edited = JSON.parse(original);
    edited.actions[7][0] = (edited.actions[7][0] + 1) % 3;
    await writeFile(replayPath, JSON.stringify(edited));
    const bad = await verifyFolder(server.dataDir);
    expect(bad.exitCode).toBe(1);
    const own = bad.episodes.find(({ file }) => file.endsWith("paired/ben_ep0_replay.json"));
    expect(own?.difference).toMatchObject({ frame: 7, column: "hashes" });
    await writeFile(replayPath, original);

    const csvPath = server.path("paired", "anna_ep1.csv");
    const table = await readFile(csvPath, "utf8");
    await writeFile(csvPath, table.replace("\n5,1,", "\n5,2,"));
    const wrong = await verifyFolder(server.dataDir);
    expect(wrong.episodes.find(({ status }) => status === "different")?.difference).toEqual({
      file: "counting/paired/anna_ep1.csv",
      frame: 5,
      column: "episode_num",
      expected: "1",
      got: "2",
    });
    await writeFile(csvPath, table);
    expect((await verifyFolder(server.dataDir)).exitCode).toBe(0);
  });
});
