/** The conditions file of a study: who gets blocks of it, and where its values go. */
import type { FaultList } from "./fault.ts";
import { namesIn } from "./placeholder.ts";
import type { Scene } from "./scene.ts";

export interface ConditionFileOptions {
  /** A .toml file, relative to the study file. */
  file: string;
  /**
   * Who is counted and gets blocks: each participant on arrival, or each group when it first plays. Without it
   * the group, if any game is played by more than one.
   */
  per?: "participant" | "group";
}

/** As plain data, with nothing left out. */
export type ConditionFile = Readonly<Required<ConditionFileOptions>>;

export function conditionFileFaults(list: FaultList, given: string | ConditionFileOptions): void {
  const options = typeof given === "string" ? { file: given } : given;
  if (typeof options !== "object" || options === null) {
    list.expect(false, "conditions", 'a file such as "conditions.toml"', given);
    return;
  }
  list.known("conditions", options, ["file", "per"]);
  const { file, per = "group" } = options;
  const isFile = typeof file === "string" && /\.toml$/i.test(file);
  list.expect(isFile, "conditions", "the path of a .toml file", file);
  list.oneOf("per", per, ["participant", "group"]);
}

/** Of options without faults. */
export function conditionFileData(
  given: string | ConditionFileOptions,
  scenes: readonly Scene[],
): ConditionFile {
  const isGroups = scenes.some((scene) => scene.kind === "gym" && scene.gym.groupSize > 1);
  const options = typeof given === "string" ? { file: given } : given;
  return { per: isGroups ? "group" : "participant", ...options };
}

/** What does not fit between the file and the configs of the games. */
export function conditionUseFaults(
  list: FaultList,
  conditions: ConditionFile | null,
  scenes: readonly Scene[],
): void {
  for (const scene of scenes) {
    if (scene.kind !== "gym") continue;
    const names = namesIn(scene.gym.config);
    const foreign = names.find((name) => !name.startsWith("conditions."));
    if (foreign !== undefined) {
      list.add(
        `Expected only {{conditions.<key>}} in the config of scene \`${scene.sceneId}\`, got {{${foreign}}}`,
      );
    }
    if (names.length === 0) continue;
    if (conditions === null) {
      list.add(
        `Expected \`conditions\` to be a file, because scene \`${scene.sceneId}\` has {{${names[0]}}} in its config, got nothing`,
      );
    } else if (conditions.per === "participant" && scene.gym.groupSize > 1) {
      list.add(
        `Expected \`per\` to be group, because the players of scene \`${scene.sceneId}\` need one config, got participant`,
      );
    }
  }
}
