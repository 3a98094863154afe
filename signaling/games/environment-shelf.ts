/** The environments that lie beside the data they made. */
import { readFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import type { Environment } from "../../engine/index.ts";
import { UnusableInput } from "../store/data-file.ts";
import { ENVIRONMENTS_FOLDER } from "../store/data-folder.ts";
import { digestOf, loadEnvironment } from "./environment-bundle.ts";

export class EnvironmentShelf {
  readonly #loaded = new Map<string, Environment>();

  /**
   * Loads the bundle beside the folder of the scene that `filePath` lies in, once it is proved to be the one that was
   * played. @throws UnusableInput when it is missing, changed or broken.
   */
  async get(filePath: string, digest: string): Promise<Environment> {
    const experiment = dirname(dirname(filePath));
    const path = join(experiment, ENVIRONMENTS_FOLDER, `${digest}.js`);
    const known = this.#loaded.get(path);
    if (known !== undefined) return known;
    const code = await readFile(path, "utf8").catch(() => {
      throw new UnusableInput(`The environment ${path} is missing.`);
    });
    const actual = digestOf(code);
    if (actual !== digest) {
      throw new UnusableInput(`The environment ${path} has been changed: its digest is ${actual}.`);
    }
    const environment = await loadEnvironment(code, path).catch((error: Error) => {
      throw new UnusableInput(error.message);
    });
    this.#loaded.set(path, environment);
    return environment;
  }
}
