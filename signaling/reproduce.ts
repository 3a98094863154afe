/** Computes a disputed frame again, from the seed and from the agreed state, and says whose page was right. */
import { resolve } from "node:path";
import { type Environment, firstDifference, isAction, loadHasher, World } from "../engine/index.ts";
import { EnvironmentShelf } from "./games/environment-shelf.ts";
import { readDataFile, UnusableInput } from "./store/data-file.ts";
import { type DesyncFile, desyncSchema } from "./store/desync-schema.ts";

/** Whose hash a clean replay gives; `unreached` when the inputs do not even lead to the agreed state. */
export type Agreement = "ours" | "theirs" | "neither" | "unreached";

export interface Reproduction {
  readonly from: "seed" | "snapshot";
  readonly agreedHash: string;
  /** Null when the episode is over before the frame. */
  readonly hash: string | null;
  readonly agreement: Agreement;
  /** Where the clean state differs from the side at fault or, if unreached, from the agreed state. */
  readonly difference: {
    readonly path: string;
    readonly clean: string;
    readonly reported: string;
  } | null;
}

export interface ReproduceReport {
  readonly exitCode: 0 | 1 | 2;
  /** Why the bundle cannot be used. */
  readonly fault: string | null;
  readonly bundle: Pick<DesyncFile, "environment" | "episode" | "seed" | "playerIndex"> | null;
  readonly reproductions: readonly Reproduction[];
  readonly lines: readonly string[];
}

const text = (value: unknown) => JSON.stringify(value) ?? "absent";

function between(clean: unknown, reported: unknown): Reproduction["difference"] {
  if (reported === null) return null;
  const found = firstDifference(clean, reported);
  return found && { path: found.path, clean: text(found.ours), reported: text(found.theirs) };
}

function checkInputs(path: string, file: DesyncFile, environment: Environment): void {
  const { actions, flags, differing, agreed } = file;
  if (actions.length !== differing.frame || flags.length !== differing.frame) {
    throw new UnusableInput(
      `${path} holds inputs of ${actions.length} frames and flags of ${flags.length}; expected ${differing.frame}.`,
    );
  }
  if (agreed.frame >= differing.frame) {
    throw new UnusableInput(`${path} has no agreed frame before the differing one.`);
  }
  const { actionSpaces } = environment;
  const wrong = actions.findIndex(
    (row, frame) =>
      !actionSpaces.every((space, i) => isAction(space, row[i])) ||
      flags[frame]?.length !== actionSpaces.length,
  );
  if (wrong >= 0) {
    throw new UnusableInput(`${path}: frame ${wrong} holds no actions of ${environment.id}.`);
  }
}

/** Steps the world to the disputed frame and compares on the way. */
function reproduce(world: World, file: DesyncFile, from: Reproduction["from"]): Reproduction {
  const { agreed, differing, actions, flags } = file;
  const stepTo = (frame: number) => {
    let isOver = false;
    while (world.frame < frame) {
      const next = world.frame;
      isOver = world.step(actions[next] ?? [], flags[next] ?? []) === null || isOver;
      world.save(world.frame);
    }
    return !isOver;
  };
  let isReached = stepTo(agreed.frame);
  if (from === "snapshot") {
    // What waits in a pause is counted from the seed on; the state itself is the bundle's.
    const flagsBefore = flags.slice(0, agreed.frame);
    isReached = world.restore(agreed.frame, structuredClone(agreed.state), flagsBefore);
  }
  const agreedHash = world.hash(agreed.frame);
  if (!isReached || (agreed.hash !== null && agreedHash !== agreed.hash)) {
    const difference = between(world.copyState(agreed.frame), agreed.state);
    return { from, agreedHash, hash: null, agreement: "unreached", difference };
  }
  const hash = stepTo(differing.frame) ? world.hash(differing.frame) : null;
  const { ours, theirs } = differing;
  const agreement = hash === ours.hash ? "ours" : hash === theirs.hash ? "theirs" : "neither";
  const clean = hash === null ? null : world.copyState(differing.frame);
  const atFault = agreement === "ours" ? theirs : ours;
  return { from, agreedHash, hash, agreement, difference: between(clean, atFault.state) };
}

async function reproduceAll(file: DesyncFile, environment: Environment): Promise<Reproduction[]> {
  const hasher = await loadHasher();
  const { config, seed, maxSteps, pausePolicy, agreed } = file;
  const options = { environment, config, seed, maxSteps, pausePolicy, hasher, snapshotCount: 2 };
  const found = [reproduce(new World(options), file, "seed")];
  if (agreed.state !== null) {
    found.push(reproduce(new World(options), file, "snapshot"));
  }
  return found;
}

function sentenceOf(one: Reproduction, { agreed, differing }: DesyncFile): string {
  const { agreement, agreedHash, hash, difference } = one;
  const at =
    difference === null
      ? ""
      : `; ${difference.path}: clean ${difference.clean}, reported ${difference.reported}`;
  const told = {
    ours: `as this page's: the partner's was wrong${at}`,
    theirs: `as the partner's: this page's was wrong${at}`,
    neither: `as nobody's${at}`,
  };
  if (agreement === "unreached") {
    return `frame ${agreed.frame} has hash ${agreedHash}, expected the agreed ${agreed.hash}: inputs, seed or state are not those that were played${at}`;
  }
  if (hash === null) return `the episode is over before frame ${differing.frame}`;
  return `frame ${differing.frame} has hash ${hash}, ${told[agreement]}`;
}

/** One line per fact; columns as those of the other commands. */
function linesOf(file: DesyncFile, found: readonly Reproduction[]): readonly string[] {
  const { environment, differing, agreed, software, located, episode, seed } = file;
  const seat = (index: number) => file.players[index]?.agent ?? `player ${index}`;
  return [
    `Environment        ${environment.id} (${environment.digest}), episode ${episode}, seed ${seed}`,
    `Difference         frame ${differing.frame}, the last agreed is ${agreed.frame}`,
    `This page          ${seat(file.playerIndex)}, hash ${differing.ours.hash}, ${software.ours}`,
    `The partner's      ${seat(file.peerIndex)}, hash ${differing.theirs.hash}, ${software.theirs}`,
    ...(located === null
      ? []
      : [
          `Path               ${located.path}: this page ${located.ours}, the partner's ${located.theirs}`,
        ]),
    ...found.map((one) => `${`From the ${one.from}`.padEnd(19)}${sentenceOf(one, file)}`),
  ];
}

/** Never throws: what makes the bundle unusable is part of the report. */
export async function reproduceBundle(bundlePath: string): Promise<ReproduceReport> {
  try {
    const path = resolve(bundlePath);
    const file = await readDataFile(path, desyncSchema, "a desync bundle");
    const environment = await new EnvironmentShelf().get(path, file.environment.digest);
    checkInputs(path, file, environment);
    const reproductions = await reproduceAll(file, environment);
    const isTold = ({ agreement }: Reproduction) => agreement === "ours" || agreement === "theirs";
    const { episode, seed, playerIndex } = file;
    return {
      exitCode: reproductions.every(isTold) ? 0 : 1,
      fault: null,
      bundle: { environment: file.environment, episode, seed, playerIndex },
      reproductions,
      lines: linesOf(file, reproductions),
    };
  } catch (error) {
    const fault = (error as Error).message;
    return { exitCode: 2, fault, bundle: null, reproductions: [], lines: [] };
  }
}
