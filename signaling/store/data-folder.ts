/** The folder of one experiment's files: where each goes, what it is called, and that it is written whole. */
import { access, mkdir, readdir, readFile, rm, stat, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import writeFileAtomic from "write-file-atomic";

/** A problem with a folder or file that the person who started the program can solve. */
export class DataError extends Error {
  constructor(message: string) {
    super(message);
    this.name = "DataError";
  }
}

/** What write-file-atomic calls a file until it is whole. */
const UNFINISHED = /[.](json|csv|js)[.][0-9]+$/;

export const ENVIRONMENTS_FOLDER = "environments";
export const MATCH_LOGS_FOLDER = "match_logs";

/**
 * `_v2` for the second visit to a scene, always right before the extension: read from the right,
 * no subject id can make one name mean two files.
 */
function visitSuffix(visitNumber: number): string {
  return visitNumber === 1 ? "" : `_v${visitNumber}`;
}

export const fileName = {
  /**
   * All rows of a game that was not streamed. A plus, which no subject id has, tells a later visit
   * from the first one of a subject whose id ends as if it were one.
   */
  game: (subjectId: string, visitNumber: number) =>
    visitNumber === 1 ? `${subjectId}.csv` : `${subjectId}+v${visitNumber}.csv`,
  metadata: (subjectId: string, visitNumber: number) =>
    `${subjectId}_metadata${visitSuffix(visitNumber)}.json`,
  globals: (subjectId: string, visitNumber: number) =>
    `${subjectId}_globals${visitSuffix(visitNumber)}.json`,
  episode: (subjectId: string, visitNumber: number, episode: number) =>
    `${subjectId}_ep${episode}${visitSuffix(visitNumber)}.csv`,
  replay: (subjectId: string, visitNumber: number, episode: number) =>
    `${subjectId}_ep${episode}_replay${visitSuffix(visitNumber)}.json`,
  /** `index` counts the differences that the page saw in the episode. */
  desync: (subjectId: string, visitNumber: number, episode: number, index: number) =>
    `${subjectId}_ep${episode}_desync${index === 0 ? "" : index + 1}${visitSuffix(visitNumber)}.json`,
  multiplayerMetrics: (subjectId: string, visitNumber: number) =>
    `${subjectId}_multiplayer_metrics${visitSuffix(visitNumber)}.json`,
  monitoring: (subjectId: string, visitNumber: number) =>
    `${subjectId}_monitoring${visitSuffix(visitNumber)}.json`,
  aggregatedMetrics: (gameId: string) => `${gameId}_aggregated_metrics.json`,
};

/** Node's own recursive form never returns where a file system refuses a folder below an existing one (procfs). */
async function makeFolder(path: string): Promise<void> {
  try {
    await mkdir(path);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === "EEXIST" && (await stat(path)).isDirectory()) return;
    const parent = dirname(path);
    const isParentMissing = (await stat(parent).catch(() => null)) === null;
    if (code !== "ENOENT" || !isParentMissing || parent === path) throw error;
    await makeFolder(parent);
    await mkdir(path);
  }
}

export class DataFolder {
  readonly path: string;

  /** Whether what happens in scenes is written. */
  readonly savesScenes: boolean;

  /** Without `savesScenes` only the environments are written, which the server itself needs. */
  constructor(dataDir: string, experimentId: string, savesScenes = true) {
    this.path = join(dataDir, experimentId);
    this.savesScenes = savesScenes;
  }

  get databasePath(): string {
    return join(this.path, "tandem.sqlite");
  }

  /**
   * Makes the folder and proves that it can be written to.
   * @throws DataError when it cannot, or when it holds files that the missing state would overwrite.
   */
  async open(): Promise<void> {
    try {
      await makeFolder(join(this.path, ENVIRONMENTS_FOLDER));
      const probe = join(this.path, ".write-probe");
      await writeFile(probe, "");
      await rm(probe);
    } catch (error) {
      const code = (error as NodeJS.ErrnoException).code ?? String(error);
      throw new DataError(`Cannot write to the data folder ${this.path} (${code}).`);
    }
    const hasState = await access(this.databasePath).then(
      () => true,
      () => false,
    );
    const entries = await readdir(this.path, { withFileTypes: true });
    const scene = entries.find(({ name }) => name !== ENVIRONMENTS_FOLDER && !name.startsWith("."));
    if (!hasState && scene !== undefined) {
      throw new DataError(
        `The data folder ${this.path} holds files of an earlier run but no tandem.sqlite; choose another with --data-dir.`,
      );
    }
  }

  /** Removes what a killed server left half-written. Only for whoever holds the state: nobody else is writing then. */
  async removeUnfinished(): Promise<void> {
    const names = await readdir(this.path, { recursive: true });
    for (const name of names.filter((one) => UNFINISHED.test(one))) {
      await rm(join(this.path, name));
    }
  }

  /** Resolves once the whole file of a scene is on disk. */
  async write(sceneId: string, name: string, text: string): Promise<void> {
    if (this.savesScenes) await this.#write(sceneId, name, text);
  }

  async #write(sceneId: string, name: string, text: string): Promise<void> {
    const folder = join(this.path, sceneId);
    await mkdir(folder, { recursive: true });
    await writeFileAtomic(join(folder, name), text);
  }

  /** Null when there is no such file. */
  read(sceneId: string, name: string): Promise<string | null> {
    return readFile(join(this.path, sceneId, name), "utf8").catch(() => null);
  }

  /** `indented` for what people read; one number a line is no help in a long file. */
  async writeJson(
    sceneId: string,
    name: string,
    value: unknown,
    style: "indented" | "compact",
  ): Promise<void> {
    const text = JSON.stringify(value, null, style === "indented" ? 2 : 0);
    await this.write(sceneId, name, `${text}\n`);
  }

  /** A file's value; null if there is no such file. */
  async readJson(sceneId: string, name: string): Promise<unknown> {
    const text = await readFile(join(this.path, sceneId, name), "utf8").catch((error) => {
      if ((error as NodeJS.ErrnoException).code === "ENOENT") return null;
      throw error;
    });
    return text === null ? null : JSON.parse(text);
  }

  /** Keeps what a recomputation needs; an environment of the same digest is the same file. */
  async writeEnvironment(digest: string, code: string): Promise<void> {
    const path = join(this.path, ENVIRONMENTS_FOLDER, `${digest}.js`);
    const stored = await readFile(path, "utf8").catch(() => null);
    if (stored !== code) await this.#write(ENVIRONMENTS_FOLDER, `${digest}.js`, code);
  }
}
