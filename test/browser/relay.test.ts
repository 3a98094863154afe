/** Two networks between which no direct path can be had: play goes through the server. */
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type StudyRun, startStudyRun } from "../support/study-run.ts";

let run: StudyRun;

beforeAll(async () => {
  run = await startStudyRun(async (context) => {
    await context.addInitScript(() => {
      // No candidate of the other side is ever tried, as behind a firewall that drops all UDP.
      RTCPeerConnection.prototype.addIceCandidate = () => Promise.resolve();
      const setRemote = RTCPeerConnection.prototype.setRemoteDescription as (
        this: RTCPeerConnection,
        description: RTCSessionDescriptionInit,
      ) => Promise<void>;
      const stripped = function (this: RTCPeerConnection, given: RTCSessionDescriptionInit) {
        const sdp = (given.sdp ?? "").replace(/^a=candidate:.*\r\n/gm, "");
        return setRemote.call(this, { type: given.type, sdp });
      };
      Object.defineProperty(RTCPeerConnection.prototype, "setRemoteDescription", {
        value: stripped,
      });
    });
  });
  await Promise.all(
    run.participants.map(async (one, i) => {
      await one.comeToMatch(`${run.server.url}/relayed-${i}`);
      await one.playEpisode(0);
      await one.playEpisode(1);
      await one.waitForStatus({ scene: "form" });
    }),
  );
  await run.server.idle();
}, 180_000);

afterAll(() => run?.stop());

describe("without a direct path", () => {
  it("[TR3] plays both episodes through the relay, and says so in the metrics", async () => {
    for (const i of [0, 1]) {
      const metrics = await run.readJson(`relayed-${i}_multiplayer_metrics.json`);
      expect(metrics.connection).toMatchObject({ type: "relay", p2pConnected: false });
      const { sentViaP2P, sentViaSocketIO, receivedViaSocketIO } = metrics.inputDelivery as Record<
        string,
        number
      >;
      expect(sentViaP2P).toBe(0);
      expect(sentViaSocketIO).toBeGreaterThan(800);
      expect(receivedViaSocketIO).toBeGreaterThan(800);
      expect(metrics.sessionStatus).toMatchObject({ isPartial: false, completedEpisodes: 2 });
    }
  });

  it("[DA2] writes verified episodes all the same", async () => {
    for (const episode of [0, 1]) {
      const replay = await run.readJson(`relayed-0_ep${episode}_replay.json`);
      expect(replay.status).toBe("verified");
    }
  });
});
