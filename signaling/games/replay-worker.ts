/** Replays episodes in a thread of its own, so that a long one delays no participant. */
import { parentPort } from "node:worker_threads";
import type { Environment } from "../../engine/index.ts";
import { loadEnvironment } from "./environment-bundle.ts";
import { type ReplayJob, replay } from "./episode-replay.ts";

/** What the worker is sent; the answer carries the same `id`. */
export interface ReplayRequest {
  readonly id: number;
  readonly digest: string;
  readonly code: string;
  readonly job: ReplayJob;
}

const environments = new Map<string, Environment>();

async function answer({ id, digest, code, job }: ReplayRequest): Promise<void> {
  try {
    const environment = environments.get(digest) ?? (await loadEnvironment(code, digest));
    environments.set(digest, environment);
    parentPort?.postMessage({ id, result: await replay(environment, job) });
  } catch (error) {
    parentPort?.postMessage({ id, fault: String((error as Error).message ?? error) });
  }
}

parentPort?.on("message", (request: ReplayRequest) => void answer(request));
