/** Runs a crowd in a thread of its own, so that participants and server do not share an event loop. */
import { parentPort, workerData } from "node:worker_threads";
import { type CrowdOptions, type CrowdReport, runCrowd } from "./crowd.ts";
import type { Ending } from "./simulated-participant.ts";

export type CrowdMessage =
  | { readonly kind: "ended"; readonly ending: Ending }
  | { readonly kind: "rejection"; readonly message: string }
  | { readonly kind: "report"; readonly report: CrowdReport };

function tell(message: CrowdMessage): void {
  parentPort?.postMessage(message);
}

process.on("unhandledRejection", (reason) => {
  tell({ kind: "rejection", message: String((reason as Error | null)?.stack ?? reason) });
});
const report = await runCrowd(workerData as CrowdOptions, {
  ended: (ending) => tell({ kind: "ended", ending }),
});
tell({ kind: "report", report });
