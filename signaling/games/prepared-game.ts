/** A gym scene made ready to play: its environment loaded and everything about it checked once, at start. */
import { randomInt } from "node:crypto";
import { resolve } from "node:path";
import {
  checkAbilities,
  checkSessionConfig,
  DEFAULT_SESSION_CONFIG,
  deriveSeed,
  digestJson,
  type Environment,
  type Hasher,
  isAction,
  loadHasher,
  type SessionConfig,
} from "../../engine/index.ts";
import type { BlockConfig } from "../store/block-table.ts";
import { DataError, type DataFolder } from "../store/data-folder.ts";
import type { GameSettings } from "../store/game-table.ts";
import {
  fillData,
  type GymSettings,
  namesIn,
  type Scene,
  type Study,
  StudyError,
  valueAt,
} from "../study/index.ts";
import {
  bundleEnvironment,
  type EnvironmentBundle,
  loadEnvironment,
} from "./environment-bundle.ts";

export interface PreparedGame {
  readonly sceneId: string;
  readonly gym: GymSettings;
  readonly environment: Environment;
  readonly bundle: EnvironmentBundle;
  /** The config of a game with this block of the conditions file, and its digest. */
  configOf(block: BlockConfig | null): { readonly config: unknown; readonly configDigest: string };
  readonly session: SessionConfig;
  readonly maxSteps: number;
  readonly keyBindings: Environment["keyBindings"];
}

const SEED_BOUND = 2 ** 32;

type GymScene = Extract<Scene, { kind: "gym" }>;

/** The scene's config with the values of the block. */
function configWith({ config }: GymSettings, block: BlockConfig | null): unknown {
  return fillData(config, ([, ...path]) => valueAt(block, path));
}

/** A config without placeholders is checked once, any other with each block that somebody may get. */
function configFaults(
  gym: GymSettings,
  environment: Environment,
  samples: readonly BlockConfig[],
): readonly string[] {
  const names = namesIn(gym.config);
  if (names.length === 0) return environment.checkConfig(gym.config);
  const faults = samples.flatMap((block) => {
    const missing = names.filter((name) => valueAt(block, name.split(".").slice(1)) === undefined);
    const own = missing.map((name) => `Expected a value for {{${name}}}, got nothing`);
    const found = own.length > 0 ? own : environment.checkConfig(configWith(gym, block));
    return found.map((fault) => `${fault} (block \`${block.name}\`)`);
  });
  return [...new Set(faults)];
}

interface GymParts {
  readonly gym: GymSettings;
  readonly session: SessionConfig;
  readonly environment: Environment;
  readonly samples: readonly BlockConfig[];
}

function gymFaults({ gym, session, environment, samples }: GymParts): string[] {
  const faults = [
    ...configFaults(gym, environment, samples),
    ...checkSessionConfig(session),
    ...checkAbilities(environment, session),
  ];
  if (gym.emptySeats === "bot" && environment.botAction === undefined) {
    faults.push(
      `Expected \`emptySeats\` to be neutral (${environment.id} has no botAction), got bot`,
    );
  }
  const seats = environment.agentIds.length;
  if (gym.groupSize > seats) {
    faults.push(
      `Expected \`groupSize\` to be an integer 1–${seats} (agents of ${environment.id}), got ${gym.groupSize}`,
    );
  }
  if (session.predictor === "environment" && environment.predictAction === undefined) {
    faults.push(
      `Expected \`predictor\` to be repeat-last or neutral (${environment.id} has no predictAction), got environment`,
    );
  }
  for (const [keys, action] of Object.entries(gym.actionMapping ?? {})) {
    for (const space of environment.actionSpaces.slice(0, gym.groupSize)) {
      if (!isAction(space, action)) {
        faults.push(
          `Expected \`actionMapping\` of ${keys} to be an action of ${environment.id}, got ${JSON.stringify(action)}`,
        );
        break;
      }
    }
  }
  return faults;
}

async function load(path: string, bundles: Map<string, EnvironmentBundle>) {
  const bundle = bundles.get(path) ?? (await bundleEnvironment(path));
  bundles.set(path, bundle);
  return { bundle, environment: await loadEnvironment(bundle.code, path) };
}

async function prepare(
  scene: GymScene,
  studyDir: string,
  bundles: Map<string, EnvironmentBundle>,
  { hasher, samples }: { readonly hasher: Hasher; readonly samples: readonly BlockConfig[] },
): Promise<PreparedGame> {
  const { gym, sceneId } = scene;
  const path = resolve(studyDir, gym.environmentPath);
  const { bundle, environment } = await load(path, bundles).catch((error: unknown) => {
    if (!(error instanceof DataError)) throw error;
    throw new StudyError([`${error.message.replace(/[.]$/, "")} (scene \`${sceneId}\`)`]);
  });
  const session: SessionConfig = { ...DEFAULT_SESSION_CONFIG, ...gym.session };
  const faults = gymFaults({ gym, session, environment, samples });
  if (faults.length > 0) {
    throw new StudyError(faults.map((fault) => `${fault} (scene \`${sceneId}\`)`));
  }
  return {
    sceneId,
    gym,
    environment,
    bundle,
    configOf(block) {
      const config = configWith(gym, block);
      return { config, configDigest: digestJson(config, hasher) };
    },
    session,
    maxSteps: gym.maxSteps ?? environment.maxSteps,
    keyBindings: gym.actionMapping ?? environment.keyBindings,
  };
}

/**
 * Prepares every gym scene and keeps its environment beside the data; `samples` are blocks of the conditions file.
 * @throws StudyError that names the scene, or DataError when an environment cannot be kept.
 */
export async function prepareGames(
  study: Study,
  studyDir: string,
  folder: DataFolder,
  samples: readonly BlockConfig[] = [],
): Promise<ReadonlyMap<string, PreparedGame>> {
  const games = new Map<string, PreparedGame>();
  const bundles = new Map<string, EnvironmentBundle>();
  const hasher = await loadHasher();
  for (const scene of study.scenes) {
    if (scene.kind !== "gym") continue;
    games.set(scene.sceneId, await prepare(scene, studyDir, bundles, { hasher, samples }));
  }
  for (const { code, digest } of bundles.values()) await folder.writeEnvironment(digest, code);
  return games;
}

/** What fixes a new game, with a seed of its own; `block` is its group's of the conditions file. */
export function newSettings(game: PreparedGame, block: BlockConfig | null): GameSettings {
  const { environment, bundle, gym } = game;
  const sessionSeed = randomInt(SEED_BOUND);
  return {
    environmentId: environment.id,
    environmentDigest: bundle.digest,
    ...game.configOf(block),
    block,
    session: game.session,
    sessionSeed,
    seeds: Array.from({ length: gym.numEpisodes }, (_, i) => deriveSeed(sessionSeed, i)),
    maxSteps: game.maxSteps,
    fps: environment.fps,
    agentIds: environment.agentIds,
    isStreamed: gym.shouldStreamEpisodes,
    focusLossTimeoutMs: gym.monitoring?.focusLossTimeoutMs ?? null,
  };
}
