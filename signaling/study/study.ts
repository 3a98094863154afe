/** One study as a researcher defines it, checked once. */
import { FaultList, StudyError } from "./fault.ts";
import { isFolderName, type Scene, type SceneBuilder } from "./scene.ts";
import { type Webrtc, type WebrtcOptions, webrtcData, webrtcFaults } from "./webrtc.ts";

/** A study as plain data. */
export interface Study {
  readonly experimentId: string;
  readonly title: string;
  readonly scenes: readonly Scene[];
  readonly webrtc: Webrtc;
}

/** Takes participants through scenes in their order. */
export class Stager {
  readonly scenes: readonly SceneBuilder[];

  constructor(options: { scenes: readonly SceneBuilder[] }) {
    this.scenes = options.scenes;
  }
}

export interface StudyOptions {
  /** Names the folder of the study's data. */
  experimentId: string;
  /** Shown to participants. */
  title: string;
  /** Either `scenes`, or a `stager` that holds them. */
  scenes?: readonly SceneBuilder[];
  stager?: Stager;
  webrtc?: WebrtcOptions;
}

function isBuilder(value: unknown): value is SceneBuilder {
  return typeof (value as SceneBuilder | null)?.check === "function";
}

function orderFaults(list: FaultList, scenes: readonly SceneBuilder[]): void {
  const first = scenes[0]?.kind;
  const last = scenes.at(-1)?.kind;
  if (first !== "start") list.add(`Expected the first scene to be a StartScene, got ${first}`);
  if (last !== "end" && last !== "completion-code") {
    list.add(`Expected the last scene to be an EndScene or a CompletionCodeScene, got ${last}`);
  }
  for (const [position, scene] of scenes.entries()) {
    const isInside = position > 0 && position < scenes.length - 1;
    if (isInside && (scene.kind === "end" || scene.kind === "completion-code")) {
      list.add(`Expected scene number ${position + 1} not to be a closing scene: others follow`);
    }
  }
}

function idFaults(list: FaultList, scenes: readonly Scene[]): void {
  const seen = new Set<string>();
  for (const { sceneId } of scenes) {
    const folder = sceneId.toLowerCase();
    if (seen.has(folder)) {
      list.add(
        `Expected scene ids to differ in more than upper and lower case, got \`${sceneId}\``,
      );
    }
    seen.add(folder);
  }
}

/**
 * Checks a study and makes it plain data.
 * @throws StudyError with one sentence per fault, each naming its scene.
 */
export function defineStudy(options: StudyOptions): Study {
  const list = new FaultList("study");
  list.known("defineStudy", options, ["experimentId", "title", "scenes", "stager", "webrtc"]);
  list.expect(
    isFolderName(options.experimentId),
    "experimentId",
    "1–100 letters, digits, _ or -, beginning with a letter or digit",
    options.experimentId,
  );
  list.filledText("title", options.title);
  const webrtc = options.webrtc ?? {};
  webrtcFaults(list, webrtc);
  const builders = options.stager?.scenes ?? options.scenes;
  if (options.stager !== undefined && options.scenes !== undefined) {
    list.add("Expected either `scenes` or `stager`, got both");
  }
  if (!Array.isArray(builders) || !builders.every(isBuilder)) {
    list.expect(false, "scenes", "a list of scenes such as new StartScene()", builders);
    throw new StudyError(list.faults);
  }
  orderFaults(list, builders);
  const sceneFaults = builders.flatMap((builder, position) => builder.check(position));
  if (sceneFaults.length + list.faults.length > 0) {
    throw new StudyError([...list.faults, ...sceneFaults]);
  }
  const scenes = builders.map((builder) => builder.data());
  idFaults(list, scenes);
  if (list.faults.length > 0) throw new StudyError(list.faults);
  return {
    experimentId: options.experimentId,
    title: options.title,
    scenes,
    webrtc: webrtcData(webrtc),
  };
}
