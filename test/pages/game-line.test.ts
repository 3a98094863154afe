import { afterEach, describe, expect, it, vi } from "vitest";
import type { StudySocket } from "../../signaling/pages/study-socket.ts";
import type { LinePlan } from "../../signaling/protocol.ts";

/** Records how connections are made; none ever comes about. */
class FakeConnection {
  static readonly made: RTCConfiguration[] = [];
  iceConnectionState = "new";

  constructor(config: RTCConfiguration) {
    FakeConnection.made.push(config);
  }

  createDataChannel() {
    return {};
  }

  createOffer() {
    return new Promise(() => {});
  }

  close() {}
}

const ICE_SERVERS = [{ urls: "turn:turn.example.org", username: "u", credential: "c" }];

async function openLine(transportMode: LinePlan["transportMode"]) {
  vi.stubGlobal("RTCPeerConnection", FakeConnection);
  FakeConnection.made.length = 0;
  const { openGameLine } = await import("../../signaling/pages/game-line.ts");
  const told: string[] = [];
  const socket = {
    isConnected: true,
    isBacklogged: false,
    tell: (event: string) => told.push(event),
  };
  const plan: LinePlan = {
    gameId: "g",
    playerIndex: 0,
    playerCount: 3,
    iceServers: ICE_SERVERS,
    transportMode,
  };
  const line = await openGameLine({
    plan,
    socket: socket as unknown as StudySocket,
    listener: { onArrival: () => {}, onSwitch: () => {}, onPair: () => {} },
  });
  line.transport.drain();
  const result = line.transport.send({ peer: 1, channel: "play", bytes: Uint8Array.of(1) });
  line.transport.close();
  return { made: [...FakeConnection.made], told, result, direct: line.direct };
}

afterEach(() => vi.unstubAllGlobals());

describe("the paths of a game", () => {
  it("[TR5] relay-only makes no peer connection and plays through the server at once", async () => {
    const { made, told, result, direct } = await openLine("relay-only");
    expect(made).toEqual([]);
    expect(direct).toBeNull();
    expect(result).toBe("sent");
    expect(told).toEqual(["relay"]);
  });

  it("[TR5] turn-only lets every connection use nothing but TURN servers", async () => {
    const { made } = await openLine("turn-only");
    expect(made).toHaveLength(2);
    for (const config of made) {
      expect(config).toMatchObject({ iceTransportPolicy: "relay", iceServers: ICE_SERVERS });
    }
  });

  it("direct-first tries every kind of candidate", async () => {
    const { made } = await openLine("direct-first");
    expect(made.map(({ iceTransportPolicy }) => iceTransportPolicy)).toEqual(["all", "all"]);
  });
});
