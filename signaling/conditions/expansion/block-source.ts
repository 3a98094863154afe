/** The lines of a conditions file in which one block stands, to be shown, edited and put back. */
import { type AST, parseTOML } from "toml-eslint-parser";

/** Where the text of a block begins and ends, in characters of the file. */
export interface BlockSource {
  readonly start: number;
  readonly end: number;
}

type Root = AST.TOMLProgram["body"][0]["body"];

/** The start of the comment that stands directly above a header, or of the header itself. */
function startWithComment(text: string, headerStart: number): number {
  let start = text.lastIndexOf("\n", headerStart - 1) + 1;
  while (start > 0) {
    const above = text.lastIndexOf("\n", start - 2) + 1;
    if (!/^[ \t]*#/.test(text.slice(above, start))) break;
    start = above;
  }
  return start;
}

function sourceOfTables(root: Root, text: string, index: number): BlockSource | null {
  const tables = root.filter((node) => node.type === "TOMLTable");
  const isOwn = ({ resolvedKey: [first, second] }: AST.TOMLTable) =>
    first === "blocks" && second === index;
  const from = tables.findIndex(isOwn);
  const to = tables.findLastIndex(isOwn);
  const own = tables.slice(from, to + 1);
  if (from === -1 || !own.every(isOwn)) return null;
  const following = tables[to + 1];
  const limit = following === undefined ? text.length : startWithComment(text, following.range[0]);
  const start = startWithComment(text, (own[0] as AST.TOMLTable).range[0]);
  return { start, end: start + text.slice(start, limit).trimEnd().length };
}

/** Of `blocks = [{ … }, …]`. */
function sourceInList(root: Root, index: number): BlockSource | null {
  for (const node of root) {
    if (node.type !== "TOMLKeyValue" || node.value.type !== "TOMLArray") continue;
    const [key] = node.key.keys;
    const name = key?.type === "TOMLBare" ? key.name : key?.value;
    const element = node.value.elements[index];
    if (name !== "blocks" || node.key.keys.length !== 1 || element === undefined) continue;
    const [start, end] = element.range;
    return { start, end };
  }
  return null;
}

/** Of the block of this index in the file; null where it does not stand in one piece. The text is valid TOML. */
export function findBlockSource(text: string, index: number): BlockSource | null {
  const mark = text.startsWith("\uFEFF") ? 1 : 0;
  const bare = text.slice(mark);
  const root = parseTOML(bare, { tomlVersion: "1.0" }).body[0].body;
  const found = sourceOfTables(root, bare, index) ?? sourceInList(root, index);
  return found === null ? null : { start: found.start + mark, end: found.end + mark };
}

/** The file with other text in the place of the block's; lines end as they do in the file. */
export function replaceSource(text: string, { start, end }: BlockSource, source: string): string {
  const lines = source.replaceAll("\r\n", "\n").trimEnd();
  const isCrLf = text.includes("\r\n");
  return text.slice(0, start) + (isCrLf ? lines.replaceAll("\n", "\r\n") : lines) + text.slice(end);
}
