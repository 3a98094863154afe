/** A run's figures over time, for plots: one column a quantity and peer, one row a sample. */
import type { SessionMetrics } from "../../engine/index.ts";
import type { PeerLog } from "./peer-log.ts";
import type { Run } from "./run.ts";

type LinkMetrics = SessionMetrics["links"][number];

/** One minute at ten samples a second. */
const SAMPLES_MAX = 600;
export const SAMPLE_INTERVAL_MS = 100;

/** What is plotted; `perPeer` has a line for each. */
export const QUANTITIES = {
  rtt: { title: "round trip ms", lines: "peers" },
  jitter: { title: "jitter ms", lines: "peers" },
  depth: { title: "rollback depth, frames", lines: "peers" },
  stalls: { title: "stalled ticks", lines: "peers" },
  advantage: { title: "frame advantage", lines: "peers" },
  bytes: { title: "sent KiB/s", lines: "peers" },
  cost: { title: "tick / re-simulation µs", lines: ["tick", "re-simulation"] },
  realTime: { title: "of the speed asked for, %", lines: ["reached"] },
} as const;
export type Quantity = keyof typeof QUANTITIES;

/** What the page measured of itself since the last sample. */
export interface HostCosts {
  readonly simulationMs: number;
  readonly ratio: number;
}

interface Totals {
  ticks: number;
  newSteps: number;
  repeatedSteps: number;
}

export class RunHistory {
  /** Virtual seconds. */
  readonly seconds: number[] = [];
  readonly columns: Readonly<Record<Quantity, (number | null)[][]>>;
  readonly #run: Run;
  readonly #seenFrames: number[];
  readonly #seenStalls: number[];
  readonly #seenBytes: number[];
  #seen: Totals = { ticks: 0, newSteps: 0, repeatedSteps: 0 };

  constructor(run: Run) {
    this.#run = run;
    const zeros = () => run.logs.map(() => 0);
    [this.#seenFrames, this.#seenStalls, this.#seenBytes] = [zeros(), zeros(), zeros()];
    const columns = Object.entries(QUANTITIES).map(([name, { lines }]) => [
      name,
      (lines === "peers" ? run.logs : lines).map(() => []),
    ]);
    this.columns = Object.fromEntries(columns) as Record<Quantity, (number | null)[][]>;
  }

  /** Adds a sample when enough virtual time has passed since the last; true if it did. */
  sample(costs: HostCosts): boolean {
    const seconds = this.#run.nowMs / 1_000;
    const lastSeconds = this.seconds.at(-1) ?? Number.NEGATIVE_INFINITY;
    if (seconds - lastSeconds < SAMPLE_INTERVAL_MS / 1_000) return false;
    this.#run.refresh();
    this.seconds.push(seconds);
    this.#run.logs.forEach((log, i) => {
      this.#samplePeer(log, i, seconds - lastSeconds);
    });
    this.#sampleCosts(costs);
    if (this.seconds.length > SAMPLES_MAX) {
      this.seconds.shift();
      for (const lines of Object.values(this.columns)) for (const line of lines) line.shift();
    }
    return true;
  }

  #samplePeer(log: PeerLog, i: number, spanSeconds: number): void {
    const links = log.metrics?.links ?? [];
    const most = (pick: (link: LinkMetrics) => number | null) => {
      const values = links.flatMap((link) => pick(link) ?? []);
      return values.length === 0 ? null : Math.max(...values);
    };
    const since = this.#seenFrames[i] as number;
    const newDepths = log.depths.slice(since, log.currentFrame + 1);
    const stalls = log.stalledTicks;
    const bytes = log.pages
      .flatMap((page) => page.links)
      .reduce((sum, { bytesSent }) => sum + bytesSent, 0);
    const { rtt, jitter, depth, stalls: stalled, advantage, bytes: sent } = this.columns;
    rtt[i]?.push(most(({ rttMs }) => rttMs));
    jitter[i]?.push(most(({ jitterMs }) => jitterMs));
    depth[i]?.push(newDepths.reduce((deepest, value) => Math.max(deepest, value ?? 0), 0));
    stalled[i]?.push(stalls - (this.#seenStalls[i] as number));
    advantage[i]?.push(most(({ advantageFrames }) => advantageFrames));
    const isFirst = !Number.isFinite(spanSeconds);
    const kib = (bytes - (this.#seenBytes[i] as number)) / 1_024;
    sent[i]?.push(isFirst ? null : kib / spanSeconds);
    this.#seenFrames[i] = log.currentFrame;
    this.#seenStalls[i] = stalls;
    this.#seenBytes[i] = bytes;
  }

  /** A tick's cost is the simulation's time over all ticks; re-simulation's part is its share of the steps. */
  #sampleCosts({ simulationMs, ratio }: HostCosts): void {
    const now: Totals = { ticks: 0, newSteps: 0, repeatedSteps: 0 };
    for (const { ticks, newSteps, repeatedSteps } of this.#run.logs) {
      now.ticks += ticks;
      now.newSteps += newSteps;
      now.repeatedSteps += repeatedSteps;
    }
    const ticks = now.ticks - this.#seen.ticks;
    const repeated = now.repeatedSteps - this.#seen.repeatedSteps;
    const steps = repeated + now.newSteps - this.#seen.newSteps;
    const tickUs = ticks === 0 ? null : (1_000 * simulationMs) / ticks;
    this.columns.cost[0]?.push(tickUs);
    this.columns.cost[1]?.push(tickUs === null || steps === 0 ? null : (tickUs * repeated) / steps);
    this.columns.realTime[0]?.push(100 * ratio);
    this.#seen = now;
  }
}
