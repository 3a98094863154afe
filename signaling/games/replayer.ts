/** The server's side of the replay thread. */
import { Worker } from "node:worker_threads";
import type { ReplayJob, ReplayResult } from "./episode-replay.ts";
import type { ReplayRequest } from "./replay-worker.ts";

type Answer = { readonly id: number } & (
  | { readonly result: ReplayResult }
  | { readonly fault: string }
);

interface Waiting {
  readonly resolve: (result: ReplayResult) => void;
  readonly reject: (error: Error) => void;
}

export class Replayer {
  readonly #waiting = new Map<number, Waiting>();
  #worker: Worker | null = null;
  #nextId = 0;

  /** Rejects with the reason when the environment fails on these inputs or the thread dies. */
  replay(digest: string, code: string, job: ReplayJob): Promise<ReplayResult> {
    const worker = this.#worker ?? this.#start();
    const id = this.#nextId++;
    return new Promise((resolve, reject) => {
      this.#waiting.set(id, { resolve, reject });
      const request: ReplayRequest = { id, digest, code, job };
      worker.postMessage(request);
    });
  }

  async close(): Promise<void> {
    const worker = this.#worker;
    this.#worker = null;
    await worker?.terminate();
  }

  #start(): Worker {
    const worker = new Worker(new URL("./replay-worker.ts", import.meta.url), { execArgv: [] });
    worker.on("message", (answer: Answer) => {
      const waiting = this.#waiting.get(answer.id);
      this.#waiting.delete(answer.id);
      if ("result" in answer) waiting?.resolve(answer.result);
      else waiting?.reject(new Error(answer.fault));
    });
    worker.on("error", (error) => this.#fail(worker, error));
    worker.on("exit", () => this.#fail(worker, new Error("The replay thread stopped.")));
    this.#worker = worker;
    return worker;
  }

  /** Whoever waits is told; the next replay starts a new thread. */
  #fail(worker: Worker, error: unknown): void {
    if (this.#worker === worker) this.#worker = null;
    for (const { reject } of this.#waiting.values()) {
      reject(error instanceof Error ? error : new Error(String(error)));
    }
    this.#waiting.clear();
  }
}
