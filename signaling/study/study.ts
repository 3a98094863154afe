/** One study as a researcher defines it, checked once. */
import {
  type Assignment,
  type AssignmentOptions,
  assignmentData,
  assignmentFaults,
} from "./assignment.ts";
import {
  type ConditionFile,
  type ConditionFileOptions,
  conditionFileData,
  conditionFileFaults,
  conditionUseFaults,
} from "./condition-file.ts";
import { type Endings, endingsData, type OutcomesOptions, outcomesFaults } from "./ending.ts";
import {
  type EntryScreening,
  type EntryScreeningOptions,
  entryScreeningData,
  entryScreeningFaults,
} from "./entry-screening.ts";
import { FaultList, StudyError } from "./fault.ts";
import { type Panel, type PanelOptions, panelData, panelFaults } from "./panel.ts";
import { isFolderName, type Scene, SceneBuilder } from "./scene.ts";
import { isBranching, Stager } from "./stager.ts";
import { type Webrtc, type WebrtcOptions, webrtcData, webrtcFaults } from "./webrtc.ts";
import {
  type Flow,
  flowOf,
  isStudyPart,
  SceneWrapper,
  type StudyPart,
  scenesOf,
  wrappersOf,
} from "./wrapper.ts";

/** A study as plain data, but for its own functions. */
export interface Study {
  readonly experimentId: string;
  readonly title: string;
  /** Every scene once; `flow` says in which order they are shown. */
  readonly scenes: readonly Scene[];
  readonly flow: Flow;
  /** What all that is drawn for participants is derived from. */
  readonly seed: number;
  /** Null in a study without conditions. */
  readonly assignment: Assignment | null;
  /** Null in a study without a conditions file. */
  readonly conditions: ConditionFile | null;
  /** Null where scene simply follows scene. */
  readonly stager: Stager | null;
  /** Relative to the study file; null when the study has no files of its own to serve. */
  readonly staticDir: string | null;
  readonly webrtc: Webrtc;
  /** Null where everybody may take part. */
  readonly entryScreening: EntryScreening | null;
  readonly panel: Panel;
  /** Whether the files of scenes are written; the server's own state always is. */
  readonly saveExperimentData: boolean;
  /** How each way out ends. */
  readonly endings: Endings;
}

export interface StudyOptions {
  /** Names the folder of the study's data. */
  experimentId: string;
  /** Shown to participants. */
  title: string;
  /** Either `scenes`, or a `stager` that holds them. */
  scenes?: readonly StudyPart[];
  stager?: Stager;
  /** Unsigned, 32 bits; 0 by default. */
  seed?: number;
  /** One of several names for each newcomer, which decides what they are shown (`ByCondition`). */
  assignment?: AssignmentOptions;
  /** Instead of `assignment`: a file of blocks, in an order for each, whose values go into texts and games. */
  conditions?: string | ConditionFileOptions;
  /** A folder, relative to the study file, whose files pages find at `/static/…`. */
  staticDir?: string;
  webrtc?: WebrtcOptions;
  /** Decided once, on the server, before anybody sees the first scene. */
  entryScreening?: EntryScreeningOptions;
  /** What to take from the query of a participant's link; nothing by default. */
  panel?: PanelOptions;
  /** False to try a study out: no files of scenes are written. Default: true. */
  saveExperimentData?: boolean;
  /** Page, completion code and redirect of each way out. */
  outcomes?: OutcomesOptions;
}

/** What the engine's generator is seeded with. */
const SEED_MAX = 0xffffffff;
const CLOSING_KINDS = ["end", "completion-code"];

function kindOf(part: StudyPart | undefined): string {
  return part instanceof SceneBuilder || part instanceof SceneWrapper ? part.kind : typeof part;
}

function named(part: StudyPart | undefined): string {
  const kind = kindOf(part);
  return part instanceof SceneBuilder ? `${kind} \`${part.sceneId}\`` : kind;
}

/** Scene numbers count from 1, each scene once, in the order of writing. */
function orderFaults(list: FaultList, parts: readonly StudyPart[], mayBranch: boolean): void {
  const [first, last] = [parts[0], parts.at(-1)];
  if (kindOf(first) !== "start") {
    list.add(`Expected the first scene to be a StartScene, got ${named(first)}`);
  }
  if (!CLOSING_KINDS.includes(kindOf(last))) {
    list.add(
      `Expected the last scene to be an EndScene or a CompletionCodeScene, got ${named(last)}`,
    );
  }
  for (const [position, scene] of scenesOf(parts).entries()) {
    if (scene === parts[0] || scene === parts.at(-1) || !CLOSING_KINDS.includes(scene.kind))
      continue;
    if (mayBranch && parts.includes(scene)) continue;
    list.add(`Expected scene number ${position + 1} not to be a closing scene: others follow`);
  }
  const repeated = [parts[0], parts.at(-1)].find(
    (scene) => scene instanceof SceneBuilder && scenesOf(parts.slice(1, -1)).includes(scene),
  );
  if (repeated instanceof SceneBuilder) {
    list.add(
      `Expected the first and the last scene to stand there only, got \`${repeated.sceneId}\` again`,
    );
  }
}

function idFaults(list: FaultList, scenes: readonly Scene[]): void {
  const seen = new Set<string>();
  for (const { sceneId } of scenes) {
    const folder = sceneId.toLowerCase();
    if (seen.has(folder)) {
      list.add(
        `Expected each scene id once, whatever its upper and lower case, got \`${sceneId}\` again`,
      );
    }
    seen.add(folder);
  }
}

/** A link can only be given what the study takes. */
function redirectFaults(
  list: FaultList,
  scenes: readonly Scene[],
  outcomes: OutcomesOptions,
  panel: Panel,
): void {
  const check = (where: string, names: readonly string[]) => {
    const unknown = names.find((name) => !panel.parameters.includes(name));
    if (unknown === undefined) return;
    list.add(
      `Expected \`appendParameters\` of ${where} to name parameters of \`panel\`, got ${unknown}`,
    );
  };
  for (const scene of scenes) {
    if (scene.kind !== "end" && scene.kind !== "completion-code") continue;
    check(`scene \`${scene.sceneId}\``, scene.appendParameters);
  }
  for (const [outcome, ending] of Object.entries(outcomes)) {
    check(`outcome \`${outcome}\``, ending.redirect?.appendParameters ?? []);
  }
}

/** The parts as the study lists them; throws what cannot be read further. */
function partsOf(list: FaultList, options: StudyOptions): readonly StudyPart[] {
  const { stager, scenes } = options;
  if (stager !== undefined && scenes !== undefined) {
    list.add("Expected either `scenes` or `stager`, got both");
  }
  if (stager !== undefined && !(stager instanceof Stager)) {
    list.expect(false, "stager", "a Stager such as new Stager({ scenes })", stager);
    throw new StudyError(list.faults);
  }
  const parts: unknown = stager?.parts ?? scenes;
  if (!Array.isArray(parts)) {
    list.expect(false, "scenes", "a list of scenes such as new StartScene()", parts);
    throw new StudyError(list.faults);
  }
  for (const [i, part] of parts.entries()) {
    list.expect(isStudyPart(part), `scenes[${i}]`, "a scene such as new StartScene()", part);
  }
  if (!parts.every(isStudyPart)) throw new StudyError(list.faults);
  return parts;
}

const STUDY_NAMES = [
  "experimentId",
  "title",
  "scenes",
  "stager",
  "seed",
  "assignment",
  "conditions",
  "staticDir",
  "webrtc",
  "entryScreening",
  "panel",
  "saveExperimentData",
  "outcomes",
];

function checkOptions(list: FaultList, options: StudyOptions): void {
  const { experimentId, seed = 0, assignment, staticDir, webrtc = {} } = options;
  const { entryScreening, outcomes } = options;
  list.known("defineStudy", options, STUDY_NAMES);
  list.expect(
    isFolderName(experimentId),
    "experimentId",
    "1–100 letters, digits, _ or -, beginning with a letter or digit",
    experimentId,
  );
  list.filledText("title", options.title);
  list.integer("seed", seed, 0, SEED_MAX);
  if (assignment !== undefined) assignmentFaults(list, assignment);
  if (options.conditions !== undefined) conditionFileFaults(list, options.conditions);
  if (assignment !== undefined && options.conditions !== undefined) {
    list.add(
      "Expected either `assignment` or `conditions`, got both: each would balance by itself",
    );
  }
  if (staticDir !== undefined) list.filledText("staticDir", staticDir);
  webrtcFaults(list, webrtc);
  if (entryScreening !== undefined) entryScreeningFaults(list, entryScreening);
  if (options.panel !== undefined) panelFaults(list, options.panel);
  list.boolean("saveExperimentData", options.saveExperimentData ?? true);
  if (outcomes !== undefined) outcomesFaults(list, outcomes);
}

/** Whoever found nobody to play with goes on, never back. */
function timeoutSceneFaults(list: FaultList, scenes: readonly Scene[]): void {
  for (const [position, scene] of scenes.entries()) {
    const target = scene.kind === "gym" ? scene.gym.waitroomTimeoutSceneId : null;
    const later = scenes.slice(position + 1).map(({ sceneId }) => sceneId);
    if (target === null || later.includes(target)) continue;
    const got = JSON.stringify(target);
    list.add(
      `Expected \`timeoutSceneId\` of scene \`${scene.sceneId}\` to be a later scene (${later.join(" or ")}), got ${got}`,
    );
  }
}

/**
 * Checks a study and makes it plain data.
 * @throws StudyError with one sentence per fault, each naming its scene.
 */
export function defineStudy(options: StudyOptions): Study {
  const list = new FaultList("study");
  checkOptions(list, options);
  const { experimentId, title, seed = 0, assignment, stager = null } = options;
  const parts = partsOf(list, options);
  orderFaults(list, parts, stager !== null && isBranching(stager));
  const builders = scenesOf(parts);
  const conditions = assignment?.conditions ?? [];
  const inner = [
    ...wrappersOf(parts).flatMap((wrapper) => wrapper.check(conditions)),
    ...builders.flatMap((builder, position) => builder.check(position)),
  ];
  if (inner.length + list.faults.length > 0) throw new StudyError([...list.faults, ...inner]);
  const scenes = builders.map((builder) => builder.data());
  idFaults(list, scenes);
  const file =
    options.conditions === undefined ? null : conditionFileData(options.conditions, scenes);
  conditionUseFaults(list, file, scenes);
  timeoutSceneFaults(list, scenes);
  const panel = panelData(options.panel ?? { parameters: [] });
  redirectFaults(list, scenes, options.outcomes ?? {}, panel);
  const isCodeRefused = options.outcomes?.completed?.completionCode === false;
  if (isCodeRefused && scenes.some(({ kind }) => kind === "completion-code")) {
    list.add(
      "Expected `outcomes.completed.completionCode` not to be false: a CompletionCodeScene shows it",
    );
  }
  if (list.faults.length > 0) throw new StudyError(list.faults);
  return {
    experimentId,
    title,
    scenes,
    flow: flowOf(parts),
    seed,
    assignment: assignment === undefined ? null : assignmentData(assignment),
    conditions: file,
    stager,
    staticDir: options.staticDir ?? null,
    webrtc: webrtcData(options.webrtc ?? {}),
    entryScreening:
      options.entryScreening === undefined ? null : entryScreeningData(options.entryScreening),
    panel,
    saveExperimentData: options.saveExperimentData ?? true,
    endings: endingsData(options.outcomes ?? {}),
  };
}
