/** Scenes as a researcher chains them together, and the plain data that the server reads from them. */
import { FaultList } from "./fault.ts";
import type { GymSettings } from "./gym-settings.ts";
import type { FormQuestion } from "./question.ts";

/** What every scene has. */
interface SceneBase {
  /** Names the folder of the scene's files. */
  readonly sceneId: string;
  readonly shouldExportMetadata: boolean;
  readonly sceneHeader: string;
  /** HTML or plain text. */
  readonly sceneBody: string;
}

/** One scene, checked, as plain data. */
export type Scene = SceneBase &
  (
    | { readonly kind: "start" | "static" }
    | { readonly kind: "form"; readonly questions: readonly FormQuestion[] }
    | { readonly kind: "gym"; readonly gym: GymSettings }
    | { readonly kind: "completion-code" | "end"; readonly redirectUrl: string | null }
  );

export type SceneKind = Scene["kind"];

/** Safe as a folder name on every disk and in every URL. */
const FOLDER_NAME_PATTERN = /^[A-Za-z0-9][A-Za-z0-9_-]{0,99}$/;
/** Device names of Windows, and the folder that holds the environments. */
const RESERVED_FOLDER_PATTERN = /^(con|prn|aux|nul|com[0-9]|lpt[0-9]|environments)$/i;

export function isFolderName(value: unknown): value is string {
  return (
    typeof value === "string" &&
    FOLDER_NAME_PATTERN.test(value) &&
    !RESERVED_FOLDER_PATTERN.test(value)
  );
}

export interface SceneOptions {
  sceneId: string;
  shouldExportMetadata?: boolean;
}

export interface DisplayOptions {
  sceneHeader?: string;
  sceneBody?: string;
}

/** What all scene builders share; each call returns the scene itself. */
export abstract class SceneBuilder {
  abstract readonly kind: SceneKind;
  protected sceneOptions: SceneOptions = { sceneId: "" };
  protected displayOptions: DisplayOptions = {};

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
    const id: unknown = this.sceneOptions.sceneId;
    const list = new FaultList(
      typeof id === "string" && id !== "" ? `scene \`${id}\`` : `scene number ${position + 1}`,
    );
    list.known("scene", this.sceneOptions, ["sceneId", "shouldExportMetadata"]);
    list.known("display", this.displayOptions, ["sceneHeader", "sceneBody"]);
    list.expect(
      isFolderName(id),
      "sceneId",
      "1–100 letters, digits, _ or -, beginning with a letter or digit, and no reserved name",
      id,
    );
    const base = this.base();
    list.boolean("shouldExportMetadata", base.shouldExportMetadata);
    list.text("sceneHeader", base.sceneHeader);
    list.text("sceneBody", base.sceneBody);
    this.checkOwn(list);
    return list.faults;
  }

  /** Plain data; call only when `check` found nothing. */
  abstract data(): Scene;

  protected checkOwn(_list: FaultList): void {}

  protected base(): SceneBase {
    return {
      sceneId: this.sceneOptions.sceneId,
      shouldExportMetadata: this.sceneOptions.shouldExportMetadata ?? false,
      sceneHeader: this.displayOptions.sceneHeader ?? "",
      sceneBody: this.displayOptions.sceneBody ?? "",
    };
  }
}

/** The first scene of every study. */
export class StartScene extends SceneBuilder {
  readonly kind = "start";

  data(): Scene {
    return { kind: this.kind, ...this.base() };
  }
}

/** Something to read. */
export class StaticScene extends SceneBuilder {
  readonly kind = "static";

  data(): Scene {
    return { kind: this.kind, ...this.base() };
  }
}

abstract class ClosingScene extends SceneBuilder {
  abstract override readonly kind: "completion-code" | "end";
  #redirectUrl: string | null = null;

  /** Offers a link to go on to, such as the panel's return page. */
  redirect(options: { url: string }): this {
    this.#redirectUrl = options.url;
    return this;
  }

  data(): Scene {
    return { kind: this.kind, redirectUrl: this.#redirectUrl, ...this.base() };
  }

  protected override checkOwn(list: FaultList): void {
    if (this.#redirectUrl !== null) list.webUrl("url", this.#redirectUrl);
  }
}

/** The last scene of a study that pays: shows a code which the server issues once per participant. */
export class CompletionCodeScene extends ClosingScene {
  readonly kind = "completion-code";
}

/** The last scene of a study without a code. */
export class EndScene extends ClosingScene {
  readonly kind = "end";
}
