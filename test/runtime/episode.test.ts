import { describe, expect, it } from "vitest";
import {
  DEFAULT_SESSION_CONFIG,
  handshakeDigest,
  loadHasher,
  P2PSession,
  type SessionConfig,
  World,
} from "../../engine/index.ts";
import { Episode, type EpisodeEnd } from "../../engine/runtime/episode.ts";
import { Recorder } from "../../engine/runtime/recorder.ts";
import { SwitchingTransport } from "../../engine/transport/switching-transport.ts";
import { aloneSession } from "../support/alone.ts";
import { orbitEnvironment } from "../support/orbit-environment.ts";
import { FakePath } from "../transport/fake-path.ts";

const environment = orbitEnvironment();
const hasher = await loadHasher();
const MAX_STEPS = 300;

/** Time passes by being asked for: a test runs as fast as its ticks. */
function makeClock(stepMs: number) {
  let nowMs = 0;
  return () => {
    nowMs += stepMs;
    return nowMs;
  };
}

function makeWorld() {
  return new World({ environment, config: {}, seed: 7, maxSteps: MAX_STEPS, hasher });
}

/** Keeps every hash and action that was uploaded. */
function makeRecorder() {
  const log: string[] = [];
  const recorder = new Recorder({
    chunkFramesMax: 100,
    async upload({ fromFrame, hashes, actions }) {
      hashes.forEach((hash, i) => {
        log[fromFrame + i] = `${hash} ${JSON.stringify(actions[i])}`;
      });
      return log.length;
    },
  });
  return { recorder, log };
}

/** Changes its mind often enough to be predicted wrongly. */
function makeInput(player: number) {
  let frame = 0;
  return {
    sample: () => ({ action: (frame * (player + 3)) % 5, isFocused: true }),
    consume: () => {
      frame++;
    },
  };
}

interface Player {
  readonly episode: Episode;
  readonly log: string[];
  readonly recorder: Recorder;
}

function startPair(paths: readonly [FakePath, FakePath], config: Partial<SessionConfig> = {}) {
  const now = makeClock(1);
  const [direct, relay] = paths;
  const settings = { ...DEFAULT_SESSION_CONFIG, ...config };
  const digest = handshakeDigest({
    ...{ environment, environmentDigest: "a", configDigest: "b" },
    ...{ seed: 7, episode: 0, maxSteps: MAX_STEPS, config: settings },
  });
  return [0, 1].map((own): Player => {
    const session = new P2PSession({
      environment,
      players: [0, 1].map((seat) =>
        seat === own ? { kind: "local" } : { kind: "remote", peer: seat },
      ),
      episode: 0,
      config: settings,
      digest,
    });
    const { recorder, log } = makeRecorder();
    const transport = new SwitchingTransport({
      peers: [1 - own],
      direct: direct.ends[own] ?? null,
      relay: relay.ends[own] ?? null,
      now,
    });
    const input = makeInput(own);
    const world = makeWorld();
    const episode = new Episode({
      ...{ session, world, transport, recorder, input, now, playerIndex: own },
      onEvent: () => {},
    });
    return { episode, log, recorder };
  }) as [Player, Player];
}

/** Pumps as arriving packets do, far faster than the ticker, until `isDone`. */
async function pumpUntil(players: readonly Pick<Player, "episode">[], isDone: () => boolean) {
  while (!isDone()) {
    for (const { episode } of players) episode.pump();
    await new Promise(setImmediate);
  }
}

async function finish(...players: readonly Player[]): Promise<readonly EpisodeEnd[]> {
  const ends: EpisodeEnd[] = [];
  for (const { episode } of players) void episode.finished.then((end) => ends.push(end));
  await pumpUntil(players, () => ends.length === players.length);
  for (const { episode, recorder } of players) {
    await recorder.drain(async () => {});
    episode.close();
  }
  return ends;
}

describe("episode", () => {
  it("plays alone to the end and hands every frame to the recorder", async () => {
    const { recorder, log } = makeRecorder();
    const episode = new Episode({
      ...{ session: aloneSession(environment), world: makeWorld(), recorder },
      ...{ transport: null, playerIndex: 0, input: makeInput(0), now: makeClock(10) },
      onEvent: () => {},
    });
    const [end] = await finish({ episode, recorder, log });
    expect(end).toEqual({ reason: "ended", detail: "", endFrame: MAX_STEPS });
    expect(log).toHaveLength(MAX_STEPS);
  });

  it("gives both players the same record, though their path breaks in the middle", async () => {
    const paths = [new FakePath(), new FakePath()] as const;
    for (const path of paths) path.open();
    const pair = startPair(paths);
    await pumpUntil(pair, () => pair[0].recorder.endFrame >= 100);
    paths[0].breakOff();
    const ends = await finish(...pair);
    expect(ends.map(({ reason, endFrame }) => [reason, endFrame])).toEqual([
      ["ended", MAX_STEPS],
      ["ended", MAX_STEPS],
    ]);
    expect(pair[0].log).toHaveLength(MAX_STEPS);
    expect(pair[0].log).toEqual(pair[1].log);
  });

  it("keeps the confirmed prefix when the partner vanishes", async () => {
    const paths = [new FakePath(), new FakePath()] as const;
    for (const path of paths) path.open();
    const [stays, leaves] = startPair(paths, { disconnectedAfterMs: 2_000 });
    await pumpUntil([stays, leaves], () => stays.recorder.endFrame >= 50);
    leaves.episode.stop("closed the page");
    const [left] = await finish(leaves);
    const [end] = await finish(stays);
    expect(left).toMatchObject({ reason: "stopped", detail: "closed the page" });
    expect(end?.reason).toBe("peer-disconnected");
    expect(stays.log.length).toBeGreaterThanOrEqual(50);
    expect(stays.log).toHaveLength(end?.endFrame ?? 0);
    const shared = Math.min(stays.log.length, leaves.log.length);
    expect(stays.log.slice(0, shared)).toEqual(leaves.log.slice(0, shared));
  });

  it("[RT3] ends as technical at the first error, with what was confirmed before it", async () => {
    const { recorder, log } = makeRecorder();
    const input = makeInput(0);
    let samples = 0;
    const sample = () => {
      if (samples++ === 40) throw new Error("broken invariant");
      return input.sample();
    };
    const episode = new Episode({
      ...{ session: aloneSession(environment), world: makeWorld(), recorder },
      ...{ transport: null, playerIndex: 0, now: makeClock(10) },
      input: { ...input, sample },
      onEvent: () => {},
    });
    const [end] = await finish({ episode, recorder, log });
    expect(end).toEqual({ reason: "technical", detail: "broken invariant", endFrame: 40 });
    expect(log).toHaveLength(40);
  });
});
