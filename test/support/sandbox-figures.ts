/** What a run in the sandbox's page came to, peer by peer and link by link. */
import { FLAG_FOCUSED, FLAG_PAUSED } from "../../engine/environment/input-flag.ts";
import type { Summary } from "../../sandbox/workbench/summary.ts";
import type { SandboxPage } from "./sandbox-page.ts";

/** A run's figures, and those of its single peers and links. */
export interface Measured extends Summary {
  readonly environmentId: string;
  readonly peers: number;
  readonly isTunnelled: boolean;
  /** By peer, as are the rollbacks and the frames without attention. */
  readonly frames: readonly number[];
  readonly rollbacksOf: readonly number[];
  readonly unfocusedOf: readonly number[];
  /** Frames in which somebody asks for a pause. */
  readonly pausedFrames: number;
  /** By link, as `0>1`. */
  readonly lostOn: Readonly<Record<string, number>>;
  readonly recoveries: number;
  readonly interruptionMs: number;
  readonly desync: { readonly frame: number; readonly path: string | undefined } | null;
}

/** Begins the present set-up anew, runs it for that long and looks closely. */
export async function measureClosely(sandbox: SandboxPage, untilMs: number): Promise<Measured> {
  const summary = await sandbox.measure(untilMs);
  const more = await sandbox.page.evaluate(
    ({ focused, paused }) => {
      const { run } = window.sandbox.workbench;
      const lost = run.packets.newest(1_024, ({ arrivesMs }) => arrivesMs.length === 0);
      const lostOn: Record<string, number> = {};
      for (const { packet } of lost) {
        const link = `${packet.from}>${packet.to}`;
        lostOn[link] = (lostOn[link] ?? 0) + 1;
      }
      const metrics = run.cluster.peers.map(({ session }) => session.metrics());
      const flags = run.logs[0]?.flags ?? [];
      const found = metrics[0]?.desyncs[0];
      return {
        environmentId: run.environment.id,
        peers: run.logs.length,
        isTunnelled: run.tunnel !== null,
        frames: run.logs.map(({ currentFrame }) => currentFrame),
        rollbacksOf: metrics.map(({ rollbacks }) => rollbacks.length),
        unfocusedOf: run.logs.map(
          ({ peer }) => flags.filter((row) => ((row[peer] as number) & focused) === 0).length,
        ),
        pausedFrames: flags.filter((row) => row.some((bits) => (bits & paused) !== 0)).length,
        lostOn,
        recoveries: metrics.reduce((sum, { recoveries }) => sum + recoveries.length, 0),
        interruptionMs: Math.max(
          0,
          ...metrics.flatMap(({ interruptions }) => interruptions.map((i) => i.durationMs ?? 0)),
        ),
        desync: found === undefined ? null : { frame: found.frame, path: found.located?.path },
      };
    },
    { focused: FLAG_FOCUSED, paused: FLAG_PAUSED },
  );
  return { ...summary, ...more };
}
