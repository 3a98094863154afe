/** `tandem synctest`: whether an environment keeps its promise of determinism, and what it costs. */
import { readFile } from "node:fs/promises";
import { type Command, InvalidArgumentError } from "commander";
import {
  callFinding,
  describeFinding,
  type Environment,
  type EnvironmentSpeed,
  type Finding,
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

type Tested = Pick<SyncTestReport, "runs" | "finding" | "speed">;

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
    throw new DataError(`The configuration does not suit ${environment.id}: ${faults.join("; ")}.`);
  }
}

async function test(
  { environment, trap, loadCall }: TrappedEnvironment,
  config: unknown,
  settings: SyncTestSettings,
): Promise<Tested> {
  const { seeds, frames, depthFramesMax } = settings;
  const runs: SyncTestRunReport[] = [];
  const failed = (seed: number, finding: Finding): Tested => ({
    runs,
    finding: { ...finding, seed, text: describeFinding(finding) },
    speed: null,
  });
  const hasher = await loadHasher();
  const firstSeed = seeds[0] as number;
  try {
    if (loadCall !== null) return failed(firstSeed, callFinding(null, "the module", loadCall));
    for (const seed of seeds) {
      const result = runSyncTest({
        environment,
        config,
        seed,
        frames,
        depthFramesMax,
        hasher,
        trap,
      });
      if (result.kind === "failed") return failed(seed, result.finding);
      const { kind: _, ...counts } = result;
      runs.push({ seed, ...counts });
    }
  } finally {
    trap.remove();
  }
  const speed = measureSpeed({ environment, config, seed: firstSeed, frames, hasher });
  return { runs, finding: null, speed };
}

/** Never throws: what makes the input unusable is part of the report. */
export async function testEnvironment(
  path: string,
  settings: SyncTestSettings,
): Promise<SyncTestReport> {
  const { depthFramesMax } = settings;
  const untested = { runs: [], finding: null, speed: null } as const;
  try {
    const config = await readConfig(settings.config);
    const { code, digest } = await bundleEnvironment(path);
    const trapped = await loadTrapped(code, path);
    const { environment } = trapped;
    checkMembers(environment, config, path);
    return {
      status: "passed",
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
      ...(await test(trapped, config, settings)),
    };
  } catch (error) {
    const fault = String((error as Error).message ?? error).replaceAll(/\s*\n\s*/g, " ");
    return {
      status: "unusable",
      fault,
      environment: null,
      config: settings.config,
      depthFramesMax,
      ...untested,
    };
  }
}
