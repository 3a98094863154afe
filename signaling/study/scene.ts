/** Scenes as a researcher chains them together, and the plain data that the server reads from them. */
import { FaultList } from "./fault.ts";
import type { GymSettings } from "./gym-settings.ts";
import { placeholderFaults } from "./placeholder.ts";
import type { FormQuestion } from "./question.ts";

/** What every scene has. */
interface SceneBase {
  /** Names the folder of the scene's files. */
  readonly sceneId: string;
  readonly shouldExportMetadata: boolean;
  /** What the study wants to read again in the scene's metadata files; null for nothing. */
  readonly experimentConfig: unknown;
  readonly sceneHeader: string;
  readonly sceneSubheader: string;
  /** HTML or plain text. */
  readonly sceneBody: string;
  /** Relative to the study file; null when the body stands in `sceneBody`. */
  readonly sceneBodyFilepath: string | null;
}

export interface ConsentSettings {
  /** Each has to be ticked before one can agree. */
  readonly statements: readonly string[];
  readonly agreeLabel: string;
  readonly declineLabel: string;
  /** What somebody reads who has declined; null leaves it to the study's `outcomes`. */
  readonly declineMessage: string | null;
}

/** One scene, checked, as plain data. */
export type Scene = SceneBase &
  (
    | { readonly kind: "start" }
    | { readonly kind: "static"; readonly elementIds: readonly string[] }
    | { readonly kind: "consent"; readonly consent: ConsentSettings }
    | { readonly kind: "form"; readonly questions: readonly FormQuestion[] }
    | { readonly kind: "gym"; readonly gym: GymSettings }
    | {
        readonly kind: "completion-code" | "end";
        readonly redirectUrl: string | null;
        readonly appendSubjectId: boolean;
        /** Panel parameters that are handed on in the query. */
        readonly appendParameters: readonly string[];
      }
  );

export type SceneKind = Scene["kind"];

/** Safe as a folder name on every disk and in every URL. */
const FOLDER_NAME_PATTERN = /^[A-Za-z0-9][A-Za-z0-9_-]{0,99}$/;
/** Device names of Windows, and the folders of environments and match logs. */
const RESERVED_FOLDER_PATTERN = /^(con|prn|aux|nul|com[0-9]|lpt[0-9]|environments|match_logs)$/i;

export function isFolderName(value: unknown): value is string {
  return (
    typeof value === "string" &&
    FOLDER_NAME_PATTERN.test(value) &&
    !RESERVED_FOLDER_PATTERN.test(value)
  );
}

export interface SceneOptions {
  sceneId: string;
  /** Default: true for scenes that hold a consent, an answer or a code, for the start and the end. */
  shouldExportMetadata?: boolean;
  /** Plain data, copied to the scene's metadata files. */
  experimentConfig?: unknown;
}

export interface DisplayOptions {
  sceneHeader?: string;
  sceneSubheader?: string;
  /** HTML if it closes a tag, else plain text whose blank lines part paragraphs. */
  sceneBody?: string;
  /** In place of `sceneBody`: a .md, .html or .txt file, relative to the study file. */
  sceneBodyFilepath?: string;
}

/** What travels as JSON: to the pages, into the data. */
export function isJson(value: unknown): boolean {
  try {
    return JSON.stringify(value) !== undefined;
  } catch {
    return false;
  }
}

const BODY_FILE_PATTERN = /\.(md|html|txt)$/i;

/** A body is either written in the study or in a file. */
export function checkBody(list: FaultList, name: string, body: unknown, path: unknown): void {
  list.text(name, body ?? "");
  placeholderFaults(list, name, body);
  if (path === undefined) return;
  const isFile = typeof path === "string" && BODY_FILE_PATTERN.test(path);
  list.expect(isFile, `${name}Filepath`, "the path of a .md, .html or .txt file", path);
  if (body !== undefined) list.add(`Expected either \`${name}\` or \`${name}Filepath\`, got both`);
}

/** What all scene builders share; each call returns the scene itself. */
export abstract class SceneBuilder {
  abstract readonly kind: SceneKind;
  protected sceneOptions: SceneOptions = { sceneId: "" };
  protected displayOptions: DisplayOptions = {};

  get sceneId(): string {
    return this.sceneOptions.sceneId;
  }

  scene(options: SceneOptions): this {
    this.sceneOptions = options;
    return this;
  }

  display(options: DisplayOptions): this {
    this.displayOptions = options;
    return this;
  }

  /** One sentence per fault; `position` names a scene that has no usable id. */
  check(position: number): readonly string[] {
    const id: unknown = this.sceneId;
    const list = new FaultList(
      typeof id === "string" && id !== "" ? `scene \`${id}\`` : `scene number ${position + 1}`,
    );
    list.known("scene", this.sceneOptions, ["sceneId", "shouldExportMetadata", "experimentConfig"]);
    list.expect(
      isFolderName(id),
      "sceneId",
      "1–100 letters, digits, _ or -, beginning with a letter or digit, and no reserved name",
      id,
    );
    const { shouldExportMetadata, experimentConfig } = this.base();
    list.boolean("shouldExportMetadata", shouldExportMetadata);
    const what = "plain data that JSON can hold";
    list.expect(isJson(experimentConfig), "experimentConfig", what, experimentConfig);
    this.#checkDisplay(list);
    this.checkOwn(list);
    return list.faults;
  }

  /** Plain data; call only when `check` found nothing. */
  abstract data(): Scene;

  protected checkOwn(_list: FaultList): void {}

  protected base(): SceneBase {
    const { sceneId, shouldExportMetadata, experimentConfig = null } = this.sceneOptions;
    const { sceneHeader = "", sceneSubheader = "", sceneBody = "" } = this.displayOptions;
    return {
      sceneId,
      shouldExportMetadata: shouldExportMetadata ?? EXPORTED_BY_DEFAULT.includes(this.kind),
      experimentConfig,
      sceneHeader,
      sceneSubheader,
      sceneBody,
      sceneBodyFilepath: this.displayOptions.sceneBodyFilepath ?? null,
    };
  }

  #checkDisplay(list: FaultList): void {
    const { sceneHeader, sceneSubheader, sceneBody, sceneBodyFilepath } = this.displayOptions;
    list.known("display", this.displayOptions, [
      "sceneHeader",
      "sceneSubheader",
      "sceneBody",
      "sceneBodyFilepath",
    ]);
    for (const [name, text] of Object.entries({ sceneHeader, sceneSubheader })) {
      list.text(name, text ?? "");
      placeholderFaults(list, name, text);
    }
    checkBody(list, "sceneBody", sceneBody, sceneBodyFilepath);
  }
}

/** A consent, an answer, a code or an outcome that is in no file would be missed too late. */
const EXPORTED_BY_DEFAULT: readonly SceneKind[] = [
  "start",
  "consent",
  "form",
  "completion-code",
  "end",
];
