/** Scenes of text: the start, pages to read, consent, and the two ways to end. */
import type { FaultList } from "./fault.ts";
import { placeholderFaults } from "./placeholder.ts";
import { type ConsentSettings, type Scene, SceneBuilder } from "./scene.ts";

/** The first scene of every study. */
export class StartScene extends SceneBuilder {
  readonly kind = "start";

  data(): Scene {
    return { kind: this.kind, ...this.base() };
  }
}

const ELEMENT_ID_PATTERN = /^[A-Za-z][A-Za-z0-9_-]{0,99}$/;

/** Something to read, and to fill in where its HTML holds fields. */
export class StaticScene extends SceneBuilder {
  readonly kind = "static";
  #elementIds: readonly string[] = [];

  /** Ids of `input`, `select` and `textarea` elements of the body, whose values become the answers. */
  collect(options: { elementIds: readonly string[] }): this {
    this.#elementIds = options.elementIds;
    return this;
  }

  data(): Scene {
    return { kind: this.kind, elementIds: this.#elementIds, ...this.base() };
  }

  protected override checkOwn(list: FaultList): void {
    const ids: unknown = this.#elementIds;
    const isRight =
      Array.isArray(ids) &&
      ids.every((id) => typeof id === "string" && ELEMENT_ID_PATTERN.test(id)) &&
      new Set(ids).size === ids.length;
    const what = "ids that differ, each of letters, digits, _ or -, beginning with a letter";
    list.expect(isRight, "elementIds", what, ids);
  }
}

/** Asks for consent; whoever declines leaves the study with the outcome `declined`. */
export class ConsentScene extends SceneBuilder {
  readonly kind = "consent";
  #options: Partial<ConsentSettings> = {};

  consent(options: Partial<ConsentSettings>): this {
    this.#options = options;
    return this;
  }

  data(): Scene {
    const consent: ConsentSettings = {
      statements: [],
      agreeLabel: "I agree",
      declineLabel: "I do not agree",
      declineMessage: null,
      ...this.#options,
    };
    return { kind: this.kind, consent, ...this.base() };
  }

  protected override checkOwn(list: FaultList): void {
    const { statements = [], ...texts } = this.#options;
    const known = ["statements", "agreeLabel", "declineLabel", "declineMessage"];
    list.known("consent", this.#options, known);
    list.texts("statements", statements, 0);
    placeholderFaults(list, "statements", statements);
    for (const [name, text] of Object.entries(texts)) {
      if (known.includes(name)) list.filledText(name, text);
    }
  }
}

export interface RedirectOptions {
  url: string;
  /** Writes the subject id, encoded, right behind the URL: end it with `?id=` or `/`. */
  appendSubjectId?: boolean;
  /** Panel parameters of the study to add to the URL's query, as the participant's link gave them. */
  appendParameters?: readonly string[];
}

/** `place` is said before the names, where the redirect is not a scene's own. */
export function redirectFaults(list: FaultList, redirect: RedirectOptions, place = ""): void {
  if (typeof redirect !== "object" || redirect === null) {
    list.expect(false, `${place}redirect`, "{ url, appendSubjectId }", redirect);
    return;
  }
  const names = ["url", "appendSubjectId", "appendParameters"];
  list.known(`${place}redirect`, redirect, names);
  list.webUrl(`${place}url`, redirect.url);
  list.boolean(`${place}appendSubjectId`, redirect.appendSubjectId ?? false);
  list.texts(`${place}appendParameters`, redirect.appendParameters ?? [], 0);
}

abstract class ClosingScene extends SceneBuilder {
  abstract override readonly kind: "completion-code" | "end";
  #redirect: RedirectOptions | null = null;

  /** Offers a link to go on to, such as the panel's return page. */
  redirect(options: RedirectOptions): this {
    this.#redirect = options;
    return this;
  }

  data(): Scene {
    const redirectUrl = this.#redirect?.url ?? null;
    const appendSubjectId = this.#redirect?.appendSubjectId ?? false;
    const appendParameters = this.#redirect?.appendParameters ?? [];
    return { kind: this.kind, redirectUrl, appendSubjectId, appendParameters, ...this.base() };
  }

  protected override checkOwn(list: FaultList): void {
    if (this.#redirect !== null) redirectFaults(list, this.#redirect);
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
