/** A difference between two pages, from the sessions that find it to the command that repeats it. */
import { readFile, writeFile } from "node:fs/promises";
import { describe, expect, it } from "vitest";
import {
  type DesyncReport,
  type Environment,
  fulfil,
  handshakeDigest,
  loadHasher,
  P2PSession,
  World,
} from "../../engine/index.ts";
import { EpisodeUpload } from "../../signaling/pages/episode-upload.ts";
import { Store } from "../../signaling/pages/store.ts";
import type { StudySocket } from "../../signaling/pages/study-socket.ts";
import { reproduceBundle } from "../../signaling/reproduce.ts";
import type { DesyncFile } from "../../signaling/store/desync-schema.ts";
import { verifyFolder } from "../../signaling/verify.ts";
import { runTandem } from "../support/command-line.ts";
import { environment } from "../support/counter-environment.ts";
import { counterStudy } from "../support/counter-study.ts";
import { checkDataFiles } from "../support/data-check.ts";
import { closing, type HeadlessPage } from "../support/headless-page.ts";
import { type GameStart, startPair } from "../support/paired-walk.ts";
import { StudyServer } from "../support/study-server.ts";

const FAULTY_FRAME = 19;
const FRAME_MS = 1000 / 30;
const hasher = await loadHasher();

interface Side {
  readonly session: P2PSession;
  readonly world: World;
  readonly upload: EpisodeUpload;
  readonly reports: DesyncReport[];
}

/** What an upload uses of a page's socket, by way of a page without a browser. */
function socketOf(page: HeadlessPage): StudySocket {
  const ask = page.ask.bind(page);
  const line = new Store({ kind: "connected" });
  const outbox = { keepFrames: async () => true, keepClose: async () => true, forget() {} };
  const socket = { request: ask, requestUntilAnswered: ask, line, outbox, tell() {} };
  return socket as unknown as StudySocket;
}

function makeSide(page: HeadlessPage, start: GameStart): Side {
  const { playerIndex, session: config, maxSteps } = start;
  const seed = start.seeds[0] as number;
  const game = environment as unknown as Environment;
  const options = { environment: game, config, seed, episode: 0, maxSteps };
  const digest = handshakeDigest({ ...options, environmentDigest: "", configDigest: "" });
  const players = [0, 1].map((player) =>
    player === playerIndex ? { kind: "local" as const } : { kind: "remote" as const, peer: player },
  );
  const software = `Tandem 9; browser of player ${playerIndex}`;
  return {
    session: new P2PSession({ environment: game, players, episode: 0, config, digest, software }),
    world: new World({ environment: game, config: start.config, seed, maxSteps, hasher }),
    upload: new EpisodeUpload({
      ...{ socket: socketOf(page), gameId: start.gameId, episode: 0 },
      ...{ isLast: true, isStreamed: true },
    }),
    reports: [],
  };
}

/** One tick; the second player's machine steps one frame wrongly until it has gone back. */
function tick(side: Side, other: Side, player: number, nowMs: number): void {
  const { session, world, upload, reports } = side;
  const action = Math.floor(nowMs / 70) % 3;
  session.addLocalInput(player, { action, isFocused: true });
  const requests = session.advance(nowMs);
  for (const request of requests) {
    if (request.kind !== "advance" || request.frame !== FAULTY_FRAME || player !== 1) continue;
    if (session.metrics().recoveries.length > 0) continue;
    const actions = request.actions as number[];
    actions[0] = actions[0] === 1 ? 2 : 1;
  }
  fulfil(requests, world, session);
  const packets = session.takeOutgoing().map(({ channel, bytes }) => ({
    peer: player,
    channel,
    bytes: bytes.slice(),
  }));
  other.session.receive(packets, nowMs);
  for (const event of session.takeEvents()) {
    if (event.kind === "desync-report") reports.push(event.report);
  }
  upload.recorder.collect(session.takeConfirmed());
}

async function playPair(onDesync: "dispute" | "recover") {
  const study = counterStudy({ onDesync, inputDelayFrames: 0 });
  const server = await StudyServer.start({ study });
  const { pages, starts } = await startPair(server, ["anna", "ben"]);
  const sides = pages.map((page, i) => makeSide(page, starts[i] as GameStart)) as [Side, Side];
  for (let i = 0; i < 80; i++) {
    tick(sides[0], sides[1], 0, i * FRAME_MS);
    tick(sides[1], sides[0], 1, i * FRAME_MS + 10);
  }
  const handIn = async (player: 0 | 1) => {
    const { upload, session, reports } = sides[player];
    for (const report of reports) upload.report(report);
    const { gameId: _, episode: __, ...close } = closing(starts[player], 0, 40);
    const metrics = JSON.parse(JSON.stringify(session.metrics())) as typeof close.metrics;
    await upload.close({ ...close, metrics });
  };
  return { server, pages, starts, sides, handIn };
}

const bundleOf = async (path: string) => JSON.parse(await readFile(path, "utf8")) as DesyncFile;

describe("the bundle of a difference", () => {
  it("[SG17][DA15] is written also when only one page hands it in, and names the page that was wrong", async () => {
    const { server, handIn } = await playPair("dispute");
    await handIn(0);
    const path = server.path("paired", "anna_ep0_desync.json");
    const bundle = await bundleOf(path);
    expect(bundle).toMatchObject({ subjectId: "anna", playerIndex: 0, peerIndex: 1, index: 0 });
    expect(bundle.agreed.frame).toBe(FAULTY_FRAME);
    expect(bundle.differing.frame).toBe(FAULTY_FRAME + 1);
    expect(bundle.actions).toHaveLength(FAULTY_FRAME + 1);
    expect(bundle.located?.path).toBe("values.0");
    expect(bundle.software).toEqual({
      ours: "Tandem 9; browser of player 0",
      theirs: "Tandem 9; browser of player 1",
    });
    await server.running.idle();
    expect((await checkDataFiles(server.running.dataPath)).faults).toEqual([]);
    const { code, stdout, stderr } = await runTandem("reproduce", path);
    expect(stderr).toBe("");
    expect(stdout).toMatch(/From the seed +frame 20 has hash .*the partner's was wrong; values\.0/);
    expect(stdout).toMatch(/From the snapshot +frame 20 has hash .*the partner's was wrong/);
    expect(stdout).toContain("browser of player 1");
    expect(code).toBe(0);
  });

  it("[SG17][DA15] of the page that was wrong says so, and repeating it changes nothing", async () => {
    const { server, sides, handIn } = await playPair("dispute");
    await handIn(0);
    await handIn(1);
    const path = server.path("paired", "ben_ep0_desync.json");
    const { exitCode, reproductions } = await reproduceBundle(path);
    expect(reproductions.map(({ from, agreement }) => [from, agreement])).toEqual([
      ["seed", "theirs"],
      ["snapshot", "theirs"],
    ]);
    expect(exitCode).toBe(0);
    const before = await readFile(path, "utf8");
    const [{ upload }, report] = [sides[1], sides[1].reports.at(-1) as DesyncReport];
    upload.report({ ...report, states: { ...report.states, theirs: null }, located: null });
    upload.report({ ...report, atMs: 0 });
    await handIn(1);
    expect(await readFile(path, "utf8")).toBe(before);
    await server.running.idle();
    const verified = await verifyFolder(server.dataDir);
    expect(verified.exitCode).toBe(1);
  });

  it("[SG17] is refused, and not written, when it is no report of this game", async () => {
    const { server, pages, starts, sides } = await playPair("dispute");
    const { states: _, ...report } = sides[0].reports.at(-1) as DesyncReport;
    const states = { agreed: null, ours: "{}", theirs: null };
    const { gameId } = starts[0];
    const send = (changes: object) =>
      pages[0].askRaw("desync-report", { gameId, episode: 0, ...report, states, ...changes });
    for (const changes of [
      { episode: 7 },
      { peer: 0 },
      { frame: 1_000_000 },
      { flags: [] },
      { actions: report.actions.map(() => [9, 9]) },
      { states: { ...states, ours: "{" } },
      { ours: "no hash" },
    ]) {
      expect(await send(changes)).toMatchObject({ ok: false, reason: "malformed" });
    }
    expect(await send({ gameId: "other" })).toMatchObject({ ok: false, reason: "wrong_game" });
    await expect(readFile(server.path("paired", "anna_ep0_desync.json"))).rejects.toThrow("ENOENT");
    const later = { fromFrame: 1, actions: report.actions.slice(1), flags: report.flags.slice(1) };
    expect(await send(later)).toEqual({ ok: true, isStored: false });
    expect(await send({})).toEqual({ ok: true, isStored: true });
  });
});

describe("tandem reproduce", () => {
  it("[DA15] does not believe a bundle that was changed, and says what is wrong with it", async () => {
    const { server, handIn } = await playPair("dispute");
    await handIn(0);
    const path = server.path("paired", "anna_ep0_desync.json");
    const original = await readFile(path, "utf8");
    const run = async (change: (bundle: DesyncFile) => void) => {
      const bundle = JSON.parse(original) as DesyncFile;
      change(bundle);
      await writeFile(path, JSON.stringify(bundle));
      return reproduceBundle(path);
    };
    const flip = (frame: number) => (bundle: DesyncFile) => {
      const row = bundle.actions[frame] as number[];
      row[1] = row[1] === 1 ? 2 : 1;
    };
    const early = await run(flip(4));
    expect(early.exitCode).toBe(1);
    expect(early.reproductions.map(({ agreement }) => agreement)).toEqual(["unreached", "ours"]);
    expect(early.lines.join("\n")).toMatch(/not those that were played; values\.1/);
    const last = await run(flip(FAULTY_FRAME));
    expect(last.exitCode).toBe(1);
    expect(last.reproductions.map(({ agreement }) => agreement)).toEqual(["neither", "neither"]);
    const faults = [
      await run((bundle) => void bundle.actions.pop()),
      await run((bundle) => void bundle.actions.splice(3, 1, [9, 9])),
      await run((bundle) => Object.assign(bundle, { formatVersion: 2 })),
      await run((bundle) => Object.assign(bundle, { seed: "x" })),
      await run((bundle) => Object.assign(bundle.environment, { digest: "0".repeat(16) })),
    ];
    expect(faults.map(({ exitCode }) => exitCode)).toEqual([2, 2, 2, 2, 2]);
    expect(faults.map(({ fault }) => fault)).toEqual([
      expect.stringContaining("holds inputs of 19 frames and flags of 20; expected 20"),
      expect.stringContaining("frame 3 holds no actions of counter"),
      expect.stringContaining("format version 2"),
      expect.stringContaining("is not a desync bundle: seed"),
      expect.stringContaining("0000000000000000.js is missing"),
    ]);
    const { code, stderr } = await runTandem("reproduce", server.path("none.json"));
    expect(stderr).toMatch(/none\.json cannot be read\.\n$/);
    expect(code).toBe(2);
  });
});

describe("a recovered episode", () => {
  it("[SE13][DA2] is verified, and says in replay, metrics and verify that it was recovered", async () => {
    const { server, pages, starts, handIn } = await playPair("recover");
    await handIn(0);
    await handIn(1);
    for (const [i, page] of pages.entries()) await page.playEpisode(starts[i as 0 | 1], 1);
    for (const page of pages) await page.ask("finish-game", { gameId: starts[0].gameId });
    await server.running.idle();
    for (const subject of ["anna", "ben"]) {
      expect(await server.json("paired", `${subject}_ep0_replay.json`)).toMatchObject({
        status: "verified",
        endFrame: 40,
        recoveries: [{ frame: FAULTY_FRAME + 1, agreedFrame: FAULTY_FRAME }],
      });
      const metrics = await server.json("paired", `${subject}_multiplayer_metrics.json`);
      expect(metrics.recoveries).toMatchObject([
        { episode: 0, frame: 20, agreedFrame: 19, outcome: "restored" },
      ]);
    }
    const { exitCode, lines } = await verifyFolder(server.dataDir);
    expect(
      lines.filter((line) => line.includes("verified, 40 frames, recovered at frame 20")),
    ).toHaveLength(2);
    expect(exitCode).toBe(0);
    expect((await checkDataFiles(server.running.dataPath)).faults).toEqual([]);
    const bundle = server.path("paired", "anna_ep0_desync.json");
    expect((await reproduceBundle(bundle)).reproductions[0]?.agreement).toBe("ours");
  });
});
