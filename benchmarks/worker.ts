/**
 * The thread behind `isolation.ts`: does the one task that it is started with and sends the result.
 */
import { parentPort, workerData } from "node:worker_threads";
import { loadHasher } from "../engine/index.ts";
import { type FaultTask, type FaultVerdict, runFault } from "./fault-run.ts";
import { measurePeers, type PeerTask, type SideRow } from "./peer-measure.ts";
import { runTickBench, type TickBenchRow, type TickTask } from "./tick-bench.ts";

export interface Tasks {
  readonly peers: PeerTask;
  readonly tick: TickTask;
  readonly fault: FaultTask;
}

export interface TaskResults {
  readonly peers: readonly SideRow[];
  readonly tick: TickBenchRow;
  readonly fault: FaultVerdict;
}

type Job = {
  [Kind in keyof Tasks]: { readonly kind: Kind; readonly task: Tasks[Kind] };
}[keyof Tasks];

async function run(job: Job): Promise<TaskResults[keyof Tasks]> {
  const hasher = await loadHasher();
  switch (job.kind) {
    case "peers":
      return measurePeers(job.task, hasher);
    case "tick":
      return runTickBench(job.task, hasher);
    case "fault":
      return runFault(job.task, hasher);
  }
}

parentPort?.postMessage(await run(workerData as Job));
