import { describe, expect, it } from "vitest";
import type { CandidatePair, Path } from "../../engine/index.ts";
import { ConnectionLog } from "../../signaling/pages/connection-log.ts";
import type { GameLine } from "../../signaling/pages/game-line.ts";

const HOST_PAIR: CandidatePair = {
  type: "direct",
  localCandidateType: "host",
  remoteCandidateType: "host",
  protocol: "udp",
  relayProtocol: null,
};
const TURN_PAIR: CandidatePair = {
  ...HOST_PAIR,
  type: "relay",
  localCandidateType: "relay",
  relayProtocol: "tcp",
};
const NONE = { direct: 0, relay: 0 };

function makeLine() {
  const state: { pair: CandidatePair | null; path: Path } = { pair: null, path: "direct" };
  const counts = {
    ...{ sentPackets: NONE, receivedPackets: NONE, sentBytes: NONE, receivedBytes: NONE },
    congestedPackets: 0,
  };
  const line = {
    peers: [1],
    transport: { counts: () => counts, pathTo: () => state.path },
    direct: { candidatePair: async () => state.pair },
  };
  return { state, line: line as unknown as GameLine };
}

describe("connection log", () => {
  it("[TR6] reports every candidate pair with its time, the newest apart, and the first fall back", async () => {
    const { state, line } = makeLine();
    const log = new ConnectionLog();
    expect(log.report(line)).toMatchObject({ type: "unknown", wasDirectConnected: false });
    await log.paired(line, 1, { episode: 0, frame: 0 });
    expect(log.report(line)).toMatchObject({ type: "unknown", detectedAtFrame: null });
    state.pair = HOST_PAIR;
    log.switched(line, "direct", 3);
    await log.paired(line, 1, { episode: 0, frame: 3 });
    expect(log.report(line)).toMatchObject({ ...HOST_PAIR, detectedAtFrame: 3 });
    log.switched(line, "relay", 200);
    state.pair = TURN_PAIR;
    await log.paired(line, 1, { episode: 1, frame: 500 });
    log.switched(line, "direct", 520);
    log.switched(line, "relay", 900);
    expect(log.report(line)).toMatchObject({
      ...TURN_PAIR,
      detectedAtFrame: 500,
      fallbackAtFrame: 200,
      wasDirectConnected: true,
    });
    const { pairs } = log.report(line);
    const [first, last] = pairs;
    expect(pairs).toHaveLength(2);
    expect(first).toMatchObject({ ...HOST_PAIR, peer: 1, episode: 0, frame: 3 });
    expect(last).toMatchObject({ ...TURN_PAIR, peer: 1, episode: 1, frame: 500 });
    expect(last?.atMs).toBeGreaterThanOrEqual(first?.atMs as number);
  });

  it("[TR6] stops recording where the server would take no more", async () => {
    const { state, line } = makeLine();
    state.pair = HOST_PAIR;
    const log = new ConnectionLog();
    for (let frame = 0; frame < 600; frame++) await log.paired(line, 1, { episode: 0, frame });
    expect(log.report(line).pairs).toHaveLength(500);
  });

  it("calls a connection relayed where no pair was ever chosen", () => {
    const { state, line } = makeLine();
    state.path = "relay";
    expect(new ConnectionLog().report(line)).toMatchObject({ type: "relay" });
  });
});
