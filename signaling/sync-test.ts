/** Whether an environment keeps its promise of determinism, and what it costs. */
import { readFile } from "node:fs/promises";
import {
  callFinding,
  describeFinding,
  type Environment,
  type EnvironmentSpeed,
  type Finding,
  type Hasher,
  loadHasher,
  measureSpeed,
  runSyncTest,
} from "../engine/index.ts";
import { bundleEnvironment } from "./games/environment-bundle.ts";
import { loadTrapped, type TrappedEnvironment } from "./games/trapped-bundle.ts";
import { DataError } from "./store/data-folder.ts";

export interface SyncTestSettings {
  /** JSON, or the name of a file of JSON. */
  readonly config: string;
  readonly frames: number;
  readonly seeds: readonly number[];
  readonly depthFramesMax: number;
}

export interface SyncTestRunReport {
  readonly seed: number;
  readonly frames: number;
  readonly rollbacks: number;
  readonly lastHash: string;
}

/** What `--json` prints. */
export interface SyncTestReport {
  readonly status: "passed" | "failed" | "unusable";
  /** Why the input cannot be used, in one sentence. */
  readonly fault: string | null;
  readonly environment: {
    readonly id: string;
    readonly digest: string;
    readonly state: "plain" | "flat";
    readonly players: number;
    readonly fps: number;
  } | null;
  readonly config: unknown;
  readonly depthFramesMax: number;
  /** Runs that passed. */
  readonly runs: readonly SyncTestRunReport[];
  readonly finding: (Finding & { readonly seed: number; readonly text: string }) | null;
  readonly speed: EnvironmentSpeed | null;
}

async function readConfig(text: string): Promise<unknown> {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    const content = await readFile(text, "utf8").catch(() => {
      throw new DataError(`Expected --config to be JSON or a file of JSON, got ${text}.`);
    });
    try {
      return JSON.parse(content) as unknown;
    } catch (error) {
      const { message } = error as Error;
      throw new DataError(`The configuration file ${text} is not JSON: ${message}.`);
    }
  }
}

function checkMembers(environment: Environment, config: unknown, path: string): void {
  for (const name of ["observe", "draw"] as const) {
    if (typeof environment[name] !== "function") {
      throw new DataError(`The environment ${path} has no usable \`${name}\`.`);
    }
  }
  let faults: readonly string[];
  try {
    faults = environment.checkConfig(config);
  } catch (error) {
    throw new DataError(`\`checkConfig\` of ${path} throws: ${String(error)}.`);
  }
  if (faults.length > 0) {
    throw new DataError(
      `The configuration (--config) does not suit ${environment.id}: ${faults.join("; ")}.`,
    );
  }
}

function runSeeds(
  { environment, trap, loadCall }: TrappedEnvironment,
  config: unknown,
  settings: SyncTestSettings,
  hasher: Hasher,
): Pick<SyncTestReport, "runs" | "finding"> {
  const runs: SyncTestRunReport[] = [];
  const failed = (seed: number, finding: Finding) => ({
    runs,
    finding: { ...finding, seed, text: describeFinding(finding) },
  });
  if (loadCall !== null) {
    return failed(settings.seeds[0] as number, callFinding(null, "the module", loadCall));
  }
  for (const seed of settings.seeds) {
    const result = runSyncTest({ ...settings, environment, config, seed, hasher, trap });
    if (result.kind === "failed") return failed(seed, result.finding);
    const { frames, rollbacks, lastHash } = result;
    runs.push({ seed, frames, rollbacks, lastHash });
  }
  return { runs, finding: null };
}

async function test(path: string, settings: SyncTestSettings): Promise<SyncTestReport> {
  const { frames, depthFramesMax } = settings;
  const config = await readConfig(settings.config);
  const { code, digest } = await bundleEnvironment(path);
  const trapped = await loadTrapped(code, path);
  const { environment } = trapped;
  const hasher = await loadHasher();
  let tested: Pick<SyncTestReport, "runs" | "finding">;
  try {
    checkMembers(environment, config, path);
    tested = runSeeds(trapped, config, settings, hasher);
  } finally {
    trapped.trap.remove();
  }
  const isPassed = tested.finding === null;
  const seed = settings.seeds[0] as number;
  return {
    status: isPassed ? "passed" : "failed",
    fault: null,
    environment: {
      id: environment.id,
      digest,
      state: environment.stateLayout === undefined ? "plain" : "flat",
      players: environment.agentIds.length,
      fps: environment.fps,
    },
    config,
    depthFramesMax,
    ...tested,
    speed: isPassed ? measureSpeed({ environment, config, seed, frames, hasher }) : null,
  };
}

/** Never throws: what makes the input unusable is part of the report. */
export async function testEnvironment(
  path: string,
  settings: SyncTestSettings,
): Promise<SyncTestReport> {
  try {
    return await test(path, settings);
  } catch (error) {
    const message = String((error as Error | null)?.message ?? error);
    return {
      status: "unusable",
      fault: message.trim().replaceAll(/\s*\n\s*/g, " "),
      environment: null,
      config: null,
      depthFramesMax: settings.depthFramesMax,
      runs: [],
      finding: null,
      speed: null,
    };
  }
}
