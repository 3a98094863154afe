/** A participant's replay file played again: the states, what they saw of them, and whether the hashes still agree. */
import { type Environment, type Hasher, replayEpisode, World } from "../../engine/index.ts";
import { type ReplayFile, replaySchema } from "../../signaling/data-files.ts";
import { gameOfEnvironment } from "./games.ts";

export type OpenedReplay =
  | { readonly kind: "opened"; readonly player: ReplayPlayer }
  | { readonly kind: "refused"; readonly message: string };

/** `text` is a `_replay.json` file's. Never throws. */
export function openReplay(text: string, hasher: Hasher): OpenedReplay {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch {
    return { kind: "refused", message: "Expected a _replay.json file, got no JSON." };
  }
  const parsed = replaySchema.safeParse(json);
  if (!parsed.success) {
    const { path, message } = parsed.error.issues[0] ?? { path: [], message: "" };
    const where = path.join(".") || "the file";
    return { kind: "refused", message: `Expected a _replay.json file: ${where}: ${message}` };
  }
  const found = gameOfEnvironment(parsed.data.environment.id);
  if (found === null) {
    const { id } = parsed.data.environment;
    return { kind: "refused", message: `Expected a game of the sandbox, got ${id}.` };
  }
  return { kind: "opened", player: new ReplayPlayer(parsed.data, found.environment, hasher) };
}

export class ReplayPlayer {
  readonly file: ReplayFile;
  readonly environment: Environment;
  /** First frame whose hash is not the recorded one: another version of the game, or a desync. Null for none. */
  readonly firstDifferingFrame: number | null;
  readonly #hasher: Hasher;
  #world: World;
  /** Frame of the world's state. */
  #position = 0;

  constructor(file: ReplayFile, environment: Environment, hasher: Hasher) {
    this.file = file;
    this.environment = { ...environment, fps: file.fps };
    this.#hasher = hasher;
    const { hashes } = replayEpisode({ ...this.#recording(), episode: file.episode });
    const at = file.hashes.findIndex((hash, i) => hashes[i] !== hash);
    this.firstDifferingFrame = at < 0 ? null : at + 1;
    this.#world = this.#makeWorld();
  }

  get frameCount(): number {
    return this.file.actions.length;
  }

  /** The state before step `frame`; borrowed until the next call. Going back starts again from frame 0. */
  stateAt(frame: number): unknown {
    if (frame < this.#position) {
      this.#world = this.#makeWorld();
      this.#position = 0;
    }
    for (; this.#position < frame; this.#position++) {
      const actions = this.file.actions[this.#position];
      const flags = this.file.flags[this.#position];
      if (actions === undefined || this.#world.step(actions, flags) === null) break;
    }
    return this.#world.state;
  }

  #makeWorld(): World {
    return new World({ ...this.#recording(), snapshotCount: 2 });
  }

  #recording() {
    const { config, seed, maxSteps, actions, flags, pausePolicy } = this.file;
    const { environment } = this;
    return {
      environment,
      config,
      seed,
      maxSteps,
      actions,
      flags,
      pausePolicy,
      hasher: this.#hasher,
    };
  }
}
