/** What the sandbox says of its own pace, and what a frame costs it. */
import type { CDPSession } from "playwright";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { SandboxPage } from "../../support/sandbox-page.ts";

let sandbox: SandboxPage;

beforeAll(async () => {
  sandbox = await SandboxPage.launch();
});

afterAll(() => sandbox?.close());

/** Seconds of processor time that the page's own thread has used. */
async function busySeconds(session: CDPSession): Promise<number> {
  const { metrics } = await session.send("Performance.getMetrics");
  return metrics.find(({ name }) => name === "TaskDuration")?.value ?? 0;
}

/** What passes in about that long. */
function paceOver(spanMs: number) {
  return sandbox.page.evaluate(async (spanMs) => {
    const { workbench } = window.sandbox;
    const [fromMs, startMs] = [workbench.run.nowMs, performance.now()];
    let frames = 0;
    while (performance.now() - startMs < spanMs) {
      await new Promise((done) => requestAnimationFrame(done));
      frames++;
    }
    const realMs = performance.now() - startMs;
    const notice = document.querySelector("header [role=status]")?.textContent ?? "";
    const share = Number(/^only (\d+) %/.exec(notice)?.[1] ?? 100) / 100;
    return { frames, realMs, share, reached: (workbench.run.nowMs - fromMs) / realMs, notice };
  }, spanMs);
}

describe("the pace", () => {
  it("[SB8] with four peers and all plots a frame costs less than a sixtieth of a second", async () => {
    const session = await sandbox.page.context().newCDPSession(sandbox.page);
    await session.send("Performance.enable", { timeDomain: "threadTicks" });
    await sandbox.open("?v=1&game=marbles");
    await paceOver(1_500);
    const before = await busySeconds(session);
    const { frames, reached, share, notice } = await paceOver(3_000);
    const costMs = (1_000 * ((await busySeconds(session)) - before)) / frames;
    expect(costMs).toBeLessThan(1_000 / 60);
    expect(notice).toMatch(
      /^(real time|only \d+ % of real time): \d+ fps, simulation [\d.]+ ms a frame$/,
    );
    expect(Math.abs(share - reached)).toBeLessThan(0.15);
  });

  it("[SB8] on a processor a twentieth as fast the page says what share it reaches", async () => {
    const session = await sandbox.page.context().newCDPSession(sandbox.page);
    await sandbox.open("?v=1&game=marbles");
    await session.send("Emulation.setCPUThrottlingRate", { rate: 20 });
    try {
      await sandbox.page.locator(".pace.behind").waitFor();
      const { reached, share } = await paceOver(4_000);
      expect(reached).toBeLessThan(0.9);
      expect(Math.abs(share - reached)).toBeLessThan(0.15);
    } finally {
      await session.send("Emulation.setCPUThrottlingRate", { rate: 1 });
    }
  });
});
