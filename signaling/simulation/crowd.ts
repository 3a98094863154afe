/** All participants of one thread of a simulated run, and what they saw. */
import { createHistogram, type RecordableHistogram } from "node:perf_hooks";
import { setTimeout as wait } from "node:timers/promises";
import { watchLoop } from "./loop-delay.ts";
import type { Persona } from "./persona.ts";
import { type Ending, type Observer, SimulatedParticipant } from "./simulated-participant.ts";

export interface CrowdOptions {
  readonly url: string;
  readonly personas: readonly Persona[];
  readonly speed: number;
  readonly stuckAfterMs: number;
}

export interface CrowdReport {
  readonly endings: readonly (Ending & { readonly subjectId: string })[];
  /** By event, in microseconds. */
  readonly latencies: ReadonlyMap<string, RecordableHistogram>;
  /** How late this thread's own timers were, at the 95th percentile: latencies hold that, too. */
  readonly ownDelayMs: number;
}

/** Told of progress, and of everything for whoever keeps a ledger. */
export interface CrowdWatcher extends Partial<Observer> {
  ended?(ending: Ending, subjectId: string): void;
}

/** Resolves when the way of the last one has ended; never rejects for what a participant met. */
export async function runCrowd(
  { personas, ...shared }: CrowdOptions,
  watcher: CrowdWatcher = {},
): Promise<CrowdReport> {
  const latencies = new Map<string, RecordableHistogram>();
  const observer: Observer = {
    answered(subjectId, event, message, reply, latencyMs) {
      const histogram = latencies.get(event) ?? createHistogram();
      latencies.set(event, histogram);
      histogram.record(Math.max(1, Math.round(latencyMs * 1_000)));
      watcher.answered?.(subjectId, event, message, reply, latencyMs);
    },
    shown: (...parts) => watcher.shown?.(...parts),
  };
  const loop = watchLoop();
  const endings = await Promise.all(
    personas.map(async (persona) => {
      await wait(persona.arrivesAtMs);
      const participant = new SimulatedParticipant({ ...shared, persona, observer });
      const ending = await participant.run();
      watcher.ended?.(ending, participant.subjectId);
      return { ...ending, subjectId: participant.subjectId };
    }),
  );
  return { endings, latencies, ownDelayMs: loop.stop() };
}
