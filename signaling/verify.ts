/** Computes every episode found again and compares it with what its files say. */
import { readdir, readFile, stat } from "node:fs/promises";
import { basename, dirname, join, relative } from "node:path";
import { parse } from "csv-parse/sync";
import { type Environment, isAction } from "../engine/index.ts";
import { isSeatLeft } from "./games/departed-log.ts";
import { EnvironmentShelf } from "./games/environment-shelf.ts";
import { replay } from "./games/episode-replay.ts";
import { readDataFile, UnusableInput } from "./store/data-file.ts";
import { fileName } from "./store/data-folder.ts";
import { type ReplayFile, replaySchema } from "./store/file-schema.ts";
import { episodeOf } from "./store/game-csv.ts";

/** The first place where a file and the recomputation differ. */
export interface Difference {
  readonly file: string;
  /** Row of the table or frame of the log, from 0; null when it is about the whole file. */
  readonly frame: number | null;
  readonly column: string | null;
  readonly expected: string;
  readonly got: string;
}

export interface EpisodeReport {
  readonly file: string;
  readonly status: "verified" | "unverified" | "different";
  readonly frames: number;
  /** Frames in which pages differed and from which they recovered. */
  readonly recoveredFrames: readonly number[];
  /** Why an episode without a difference is not verified. */
  readonly detail: string;
  readonly difference: Difference | null;
}

export interface VerifyReport {
  readonly exitCode: 0 | 1 | 2;
  /** Why the folder cannot be used. */
  readonly fault: string | null;
  readonly episodes: readonly EpisodeReport[];
  readonly lines: readonly string[];
}

const readReplay = (path: string) => readDataFile(path, replaySchema, "a replay");

type Place = Omit<Difference, "file">;

function inLog(frame: number | null, column: string, expected: unknown, got: unknown): Place {
  const show = (value: unknown) =>
    typeof value === "string" ? value : (JSON.stringify(value) ?? "nothing");
  return { frame, column, expected: show(expected), got: show(got) };
}

function logDifference(file: ReplayFile, environment: Environment): Place | null {
  const { actions, flags, endFrame } = file;
  if (actions.length !== endFrame) return inLog(null, "actions", endFrame, actions.length);
  if (flags.length !== endFrame) return inLog(null, "flags", endFrame, flags.length);
  const { actionSpaces } = environment;
  for (const [frame, row] of actions.entries()) {
    const isRight = actionSpaces.every((space, i) => isAction(space, row[i]));
    if (!isRight || flags[frame]?.length !== actionSpaces.length) {
      return inLog(frame, "actions", `actions of ${environment.id}`, row);
    }
  }
  return null;
}

function hashDifference(file: ReplayFile, hashes: readonly string[]): Place | null {
  const frame = file.hashes.findIndex((hash, i) => hash !== hashes[i]);
  return frame < 0 ? null : inLog(frame, "hashes", hashes[frame], file.hashes[frame]);
}

function csvDifference(expected: string, got: string): Place | null {
  if (expected === got) return null;
  const wanted = parse(expected) as string[][];
  let found: string[][];
  try {
    found = parse(got, { relax_column_count: true }) as string[][];
  } catch {
    return inLog(null, "the whole file", "a CSV file", "something else");
  }
  const columns = wanted[0] ?? [];
  for (let row = 0; row < Math.max(wanted.length, found.length); row++) {
    const frame = row === 0 ? null : row - 1;
    const [ours, theirs] = [wanted[row] ?? [], found[row] ?? []];
    for (let i = 0; i < Math.max(ours.length, theirs.length); i++) {
      if (ours[i] === theirs[i]) continue;
      return inLog(frame, row === 0 ? "header" : (columns[i] ?? `${i}`), ours[i], theirs[i]);
    }
  }
  return inLog(null, "the whole file", "the same bytes", "other line ends or quotes");
}

/** What must be equal in the files of all players of one episode. */
const SHARED = [
  "gameId",
  "episode",
  "seed",
  "config",
  "block",
  "environment",
  "maxSteps",
  "pausePolicy",
  "players",
  "endFrame",
  "actions",
  "flags",
  "status",
  "recoveries",
] as const;

function partnerDifference(own: ReplayFile, partner: ReplayFile): Place | null {
  for (const name of SHARED) {
    const [ours, theirs] = [own[name], partner[name]];
    if (JSON.stringify(ours) === JSON.stringify(theirs)) continue;
    if (!Array.isArray(ours) || !Array.isArray(theirs)) return inLog(null, name, ours, theirs);
    const frame = ours.findIndex((row, i) => JSON.stringify(row) !== JSON.stringify(theirs[i]));
    const first = frame < 0 ? ours.length : frame;
    return inLog(first, name, ours[first], theirs[first]);
  }
  return null;
}

/** The rows as they were written, of an unstreamed game this episode's part; null without a file. */
async function readRows(replayPath: string, file: ReplayFile, expected: string) {
  const { subjectId, visitNumber, episode, isStreamed = true } = file;
  const name = isStreamed
    ? fileName.episode(subjectId, visitNumber, episode)
    : fileName.game(subjectId, visitNumber);
  const csvPath = join(dirname(replayPath), name);
  const text = await readFile(csvPath, "utf8").catch(() => null);
  if (isStreamed || text === null) return { csvPath, csv: text };
  const [columns = []] = parse(expected, { to: 1 }) as string[][];
  try {
    return { csvPath, csv: episodeOf(text, columns, episode) };
  } catch {
    return { csvPath, csv: text };
  }
}

class EpisodeCheck {
  readonly #root: string;
  readonly #shelf: EnvironmentShelf;

  constructor(root: string, shelf: EnvironmentShelf) {
    this.#root = root;
    this.#shelf = shelf;
  }

  async check(path: string): Promise<EpisodeReport> {
    const file = await readReplay(path);
    const environment = await this.#shelf.get(path, file.environment.digest);
    const difference =
      this.#at(path, logDifference(file, environment)) ??
      (await this.#replayed(path, file, environment)) ??
      (await this.#partners(path, file));
    const { playerIndex, hashes, endFrame } = file;
    const isWhole = hashes.length === endFrame || isSeatLeft([file], playerIndex, hashes.length);
    const isWitnessed = isWhole && file.status === "verified";
    const status = difference !== null ? "different" : isWitnessed ? "verified" : "unverified";
    return {
      file: relative(this.#root, path),
      status,
      frames: file.endFrame,
      recoveredFrames: (file.recoveries ?? []).map(({ frame }) => frame),
      detail: status === "unverified" ? file.detail : "",
      difference,
    };
  }

  #at(path: string, place: Place | null): Difference | null {
    return place === null ? null : { file: relative(this.#root, path), ...place };
  }

  async #replayed(
    path: string,
    file: ReplayFile,
    environment: Environment,
  ): Promise<Difference | null> {
    const { endFrame, isTerminal, hashes, csvs } = await replay(environment, {
      ...file,
      observers: [file.observer],
    });
    const { csvPath, csv } = await readRows(path, file, csvs[0] ?? "");
    const dispute =
      file.status === "disputed"
        ? inLog(file.disputedFrame, "status", "verified", `disputed: ${file.detail}`)
        : null;
    const end =
      endFrame === file.endFrame ? null : inLog(null, "endFrame", endFrame, file.endFrame);
    const terminal =
      isTerminal === file.isTerminal
        ? null
        : inLog(null, "isTerminal", isTerminal, file.isTerminal);
    return (
      this.#at(path, hashDifference(file, hashes) ?? end ?? terminal) ??
      (csv === null
        ? this.#at(csvPath, inLog(null, "the whole file", "a CSV file", "no file"))
        : this.#at(csvPath, csvDifference(csvs[0] ?? "", csv))) ??
      this.#at(path, dispute)
    );
  }

  async #partners(path: string, file: ReplayFile): Promise<Difference | null> {
    for (const { subjectId, visitNumber } of file.players) {
      if (subjectId === null || visitNumber === null || subjectId === file.subjectId) continue;
      const name = fileName.replay(subjectId, visitNumber, file.episode);
      const partnerPath = join(dirname(path), name);
      const isThere = await stat(partnerPath).then(
        () => true,
        () => false,
      );
      const place = isThere
        ? partnerDifference(file, await readReplay(partnerPath))
        : inLog(null, "the whole file", `the partner's ${basename(partnerPath)}`, "no file");
      if (place !== null) return this.#at(partnerPath, place);
    }
    return null;
  }
}

function lineOf({ file, status, frames, recoveredFrames, detail, difference }: EpisodeReport) {
  if (difference === null) {
    const recovered = recoveredFrames.map((frame) => `, recovered at frame ${frame}`).join("");
    return `${file}: ${status}, ${frames} frames${recovered}${detail && ` (${detail})`}`;
  }
  const frame = difference.frame === null ? "" : `, frame ${difference.frame}`;
  const { column, expected, got } = difference;
  return `${file}: different: ${difference.file}${frame}, ${column}: expected ${expected}, got ${got}`;
}

async function replayPaths(dir: string): Promise<readonly string[]> {
  const names = await readdir(dir, { recursive: true }).catch(() => {
    throw new UnusableInput(`There is no folder ${dir}.`);
  });
  const found = names.filter((name) => /_replay(_v[0-9]+)?\.json$/.test(name)).sort();
  if (found.length === 0) throw new UnusableInput(`There are no replay files below ${dir}.`);
  return found.map((name) => join(dir, name));
}

/** Never throws: what makes the folder unusable is part of the report. */
export async function verifyFolder(dir: string): Promise<VerifyReport> {
  const episodes: EpisodeReport[] = [];
  try {
    const check = new EpisodeCheck(dir, new EnvironmentShelf());
    for (const path of await replayPaths(dir)) episodes.push(await check.check(path));
  } catch (error) {
    const { message } = error as Error;
    return { exitCode: 2, fault: message, episodes, lines: episodes.map(lineOf) };
  }
  const isDifferent = episodes.some(({ status }) => status === "different");
  const lines = episodes.map(lineOf);
  return { exitCode: isDifferent ? 1 : 0, fault: null, episodes, lines };
}
