import { describe, expect, it } from "vitest";
import { iceServersFor } from "../../../signaling/games/ice-servers.ts";
import { defineStudy, EndScene, StartScene } from "../../../signaling/study/index.ts";
import { counterStudy } from "../../support/counter-study.ts";
import { startPair } from "../../support/paired-walk.ts";
import { StudyServer } from "../../support/study-server.ts";

const SECRET = "north star";

function webrtc(ttlS?: number) {
  const turn = { urls: "turn:turn.example.org:3478", sharedSecret: SECRET };
  return defineStudy({
    experimentId: "exp",
    title: "Exp",
    scenes: [
      new StartScene().scene({ sceneId: "start" }),
      new EndScene().scene({ sceneId: "end" }),
    ],
    webrtc: {
      iceServers: [{ urls: ["stun:stun.example.org"] }],
      turn: ttlS === undefined ? turn : { ...turn, ttlS },
    },
  }).webrtc;
}

describe("ICE servers of a player", () => {
  it("[TR5] are handed on as the study names them, also TURN over TCP and TLS", () => {
    const urls = [
      "turn:turn.example.org:3478?transport=tcp",
      "turns:turn.example.org:5349?transport=tcp",
    ];
    const own = { urls, username: "lab", credential: "of our own" };
    const { iceServers, turn } = defineStudy({
      experimentId: "exp",
      title: "Exp",
      scenes: [
        new StartScene().scene({ sceneId: "start" }),
        new EndScene().scene({ sceneId: "end" }),
      ],
      webrtc: {
        iceServers: [own],
        turn: { urls, sharedSecret: SECRET },
        transportMode: "turn-only",
      },
    }).webrtc;
    const servers = iceServersFor(
      { iceServers, turn, transportMode: "turn-only" },
      { userId: "a", nowMs: 0 },
    );
    expect(servers[0]).toEqual(own);
    expect(servers[1]?.urls).toEqual(urls);
  });

  it("[TR4] names an expiry and signs it with the shared secret", () => {
    const user = { userId: "0b5f6f2e-game-1", nowMs: 1_700_000_000_999 };
    // printf 1700086400:0b5f6f2e-game-1 | openssl dgst -sha1 -hmac 'north star' -binary | base64
    expect(iceServersFor(webrtc(), user)).toEqual([
      { urls: ["stun:stun.example.org"] },
      {
        urls: "turn:turn.example.org:3478",
        username: "1700086400:0b5f6f2e-game-1",
        credential: "c8O0DphKm9GTqgZ504bTl9L7lvQ=",
      },
    ]);
    expect(iceServersFor(webrtc(60), user)[1]?.username).toBe("1700000060:0b5f6f2e-game-1");
  });

  it("are the study's own where no TURN server shares a secret", () => {
    const { iceServers, ...rest } = webrtc();
    const user = { userId: "x", nowMs: 0 };
    expect(iceServersFor({ ...rest, iceServers, turn: null }, user)).toEqual(iceServers);
  });

  it("[TR4] differ between the players of a game, and never hold the secret", async () => {
    const study = { ...counterStudy(), webrtc: webrtc() };
    const server = await StudyServer.start({ study });
    const { starts } = await startPair(server, ["anna", "ben"]);
    const names = starts.map(({ gameId, playerIndex, iceServers }) => {
      const username = iceServers[1]?.username ?? "";
      expect(username).toMatch(new RegExp(`^\\d+:${gameId}-${playerIndex}$`));
      const leftS = Number.parseInt(username, 10) - Date.now() / 1_000;
      expect(leftS).toBeGreaterThan(86_000);
      return username;
    });
    expect(new Set(names).size).toBe(2);
    expect(JSON.stringify(starts)).not.toContain(SECRET);
  });
});
