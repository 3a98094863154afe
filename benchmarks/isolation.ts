/**
 * Runs one task in a thread of its own: its own heap and its own compiled code, so that no row
 * depends on the rows before it, and with a bound, so that a library that hangs is a result and not
 * an end.
 */
import { Worker } from "node:worker_threads";
import type { TaskResults, Tasks } from "./worker.ts";

export type Outcome<Result> =
  | { readonly kind: "done"; readonly result: Result }
  | { readonly kind: "threw"; readonly message: string }
  | { readonly kind: "hung"; readonly boundMs: number };

/** Stops the thread after `boundMs`. */
export function runIsolated<Kind extends keyof Tasks>(
  kind: Kind,
  task: Tasks[Kind],
  boundMs: number,
): Promise<Outcome<TaskResults[Kind]>> {
  return new Promise((settle) => {
    const worker = new Worker(new URL("./worker.ts", import.meta.url), {
      workerData: { kind, task },
    });
    const end = (outcome: Outcome<TaskResults[Kind]>) => {
      clearTimeout(bound);
      void worker.terminate();
      settle(outcome);
    };
    const bound = setTimeout(() => end({ kind: "hung", boundMs }), boundMs);
    worker.on("message", (result: TaskResults[Kind]) => end({ kind: "done", result }));
    worker.on("error", (error: Error) => end({ kind: "threw", message: error.message }));
  });
}

/** The result, or an error that says what happened instead. */
export function expectDone<Result>(outcome: Outcome<Result>, name: string): Result {
  if (outcome.kind === "done") return outcome.result;
  const reason = outcome.kind === "hung" ? `hung for ${outcome.boundMs} ms` : outcome.message;
  throw new Error(`Expected ${name} to finish, got: ${reason}`);
}
