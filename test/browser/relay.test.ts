/** Two networks between which no direct path can be had: play goes through the server. */
import type { BrowserContext } from "playwright";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { shortStudy } from "../support/short-study.ts";
import { type StudyRun, startStudyRun } from "../support/study-run.ts";

/** Four seconds each. */
const EPISODE_STEPS = 240;
/** Two in three frames; the others may be stalled for a busy machine. */
const SENT_LEAST = (2 * EPISODE_STEPS * 2) / 3;

let run: StudyRun;

/** No path but the relay leads from this browser. */
async function block(context: BrowserContext): Promise<void> {
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
}

beforeAll(async () => {
  const gameplay = { numEpisodes: 2, maxSteps: EPISODE_STEPS, resetFreezeMs: 500 };
  run = await startStudyRun({ study: shortStudy(gameplay), prepare: block });
  await Promise.all(
    run.participants.map(async (one, i) => {
      await one.comeToGame(`${run.server.url}/relayed-${i}`);
      await one.playEpisode(0);
      await one.playEpisode(1);
      await one.waitForStatus({ scene: "completion-code" });
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
      expect(sentViaSocketIO).toBeGreaterThan(SENT_LEAST);
      expect(receivedViaSocketIO).toBeGreaterThan(SENT_LEAST);
      expect(metrics.sessionStatus).toMatchObject({ isPartial: false, completedEpisodes: 2 });
    }
  });

  it("[DA2] writes verified episodes all the same", async () => {
    for (const episode of [0, 1]) {
      const replay = await run.readJson(`relayed-0_ep${episode}_replay.json`);
      expect(replay).toMatchObject({ status: "verified", endFrame: EPISODE_STEPS });
    }
  });
});
