/** The bodies of all scenes as HTML, made once at start from texts and from files beside the study. */
import { readFile } from "node:fs/promises";
import { extname, resolve } from "node:path";
import { marked } from "marked";
import { EVERY_OUTCOME } from "../outcome.ts";
import type { Outcome } from "../protocol.ts";
import {
  FaultList,
  placeholderFaults,
  type Scene,
  type Study,
  StudyError,
} from "../study/index.ts";

/** Placeholders still stand in it. */
export interface SceneHtml {
  readonly bodyHtml: string;
  /** Shown beside a game. */
  readonly inGameBodyHtml: string;
}

export interface Contents {
  /** By scene id. */
  readonly scenes: ReadonlyMap<string, SceneHtml>;
  /** What the study itself says of a way out. */
  readonly endings: ReadonlyMap<Outcome, string>;
}

const ENTITIES: Readonly<Record<string, string>> = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  '"': "&quot;",
  "'": "&#39;",
};

/** Safe as text and inside a quoted attribute. */
export function escapeHtml(text: string): string {
  return text.replace(/[&<>"']/g, (sign) => ENTITIES[sign] as string);
}

const HTML_PATTERN = /<\/[a-z][a-z0-9]*>|<(br|hr|img|input)\b[^>]*>/i;

function paragraphs(text: string): string {
  return text
    .split(/\n\s*\n/)
    .filter((paragraph) => paragraph.trim() !== "")
    .map((paragraph) => `<p>${escapeHtml(paragraph.trim())}</p>`)
    .join("\n");
}

/** A body that closes a tag is HTML; any other is text whose blank lines part paragraphs. */
export function bodyHtml(body: string): string {
  return HTML_PATTERN.test(body) ? body : paragraphs(body);
}

function fileHtml(path: string, text: string): string {
  switch (extname(path).toLowerCase()) {
    case ".md":
      return marked.parse(text, { async: false }).trim();
    case ".html":
      return text;
    default:
      return paragraphs(text);
  }
}

async function htmlOf(list: FaultList, studyDir: string, body: string, path: string | null) {
  if (path === null) return bodyHtml(body);
  try {
    const text = (await readFile(resolve(studyDir, path), "utf8")).replace(/\r\n/g, "\n");
    placeholderFaults(list, path, text);
    return fileHtml(path, text);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    list.add(`The file ${path} cannot be read (${code ?? "it is no text"})`);
    return "";
  }
}

async function contentOf(list: FaultList, studyDir: string, scene: Scene): Promise<SceneHtml> {
  const { sceneSubheader, sceneBody, sceneBodyFilepath } = scene;
  const subheader =
    sceneSubheader === "" ? "" : `<p class="subheader">${escapeHtml(sceneSubheader)}</p>\n`;
  const body = await htmlOf(list, studyDir, sceneBody, sceneBodyFilepath);
  const beside = scene.kind === "gym" ? scene.gym : null;
  return {
    bodyHtml: subheader + body,
    inGameBodyHtml:
      beside === null
        ? ""
        : await htmlOf(list, studyDir, beside.inGameSceneBody, beside.inGameSceneBodyFilepath),
  };
}

async function endingBodies(list: FaultList, { endings }: Study, studyDir: string) {
  const bodies = new Map<Outcome, string>();
  for (const outcome of EVERY_OUTCOME) {
    const { body, bodyFilepath } = endings[outcome];
    if (body === null && bodyFilepath === null) continue;
    bodies.set(outcome, await htmlOf(list, studyDir, body ?? "", bodyFilepath));
  }
  return bodies;
}

/**
 * Reads every file that a scene or an outcome names.
 * @throws StudyError with one sentence per fault, each naming its scene.
 */
export async function loadContents(study: Study, studyDir: string): Promise<Contents> {
  const scenes = new Map<string, SceneHtml>();
  const ofStudy = new FaultList("study");
  const endings = await endingBodies(ofStudy, study, studyDir);
  const faults: string[] = [...ofStudy.faults];
  for (const scene of study.scenes) {
    const list = new FaultList(`scene \`${scene.sceneId}\``);
    scenes.set(scene.sceneId, await contentOf(list, studyDir, scene));
    faults.push(...list.faults);
  }
  if (faults.length > 0) throw new StudyError(faults);
  return { scenes, endings };
}
