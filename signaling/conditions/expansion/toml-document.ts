/** A TOML text as values that keep the order of keys, and the line on which each stands. */
import { type AST, ParseError, parseTOML } from "toml-eslint-parser";
import { ConditionsError, type ConditionsFault } from "./error.ts";
import { DateTime, type Path, type Table, type Value } from "./value.ts";

type MutableTable = Map<string, Value>;

/** `["blocks", 1, "config"]` as `blocks[1].config`. */
export function keyOf(path: Path): string {
  return path
    .map((step) => (typeof step === "number" ? `[${step}]` : `.${step}`))
    .join("")
    .replace(/^\./, "");
}

export class TomlDocument {
  readonly root: Table;
  readonly #lines: ReadonlyMap<string, number>;

  private constructor(root: Table, lines: ReadonlyMap<string, number>) {
    this.root = root;
    this.#lines = lines;
  }

  /** @throws ConditionsError naming the line of the first syntax error. */
  static parse(text: string): TomlDocument {
    try {
      const reader = new Reader();
      reader.readProgram(parseTOML(text.replace(/^\uFEFF/, ""), { tomlVersion: "1.0" }));
      return new TomlDocument(reader.root, reader.lines);
    } catch (error) {
      if (!(error instanceof ParseError)) throw error;
      const { message, lineNumber: line } = error;
      throw new ConditionsError([{ line, key: null, text: `Not valid TOML: ${message}` }]);
    }
  }

  /** A fault at a place; the line is that of the nearest thing around it that is written down. */
  fault(path: Path, text: string): ConditionsFault {
    for (let length = path.length; length > 0; length--) {
      const line = this.#lines.get(keyOf(path.slice(0, length)));
      if (line !== undefined) return { line, key: keyOf(path), text };
    }
    return { line: null, key: path.length === 0 ? null : keyOf(path), text };
  }
}

class Reader {
  readonly root: MutableTable = new Map();
  readonly lines = new Map<string, number>();

  readProgram(program: AST.TOMLProgram): void {
    for (const node of program.body[0].body) {
      if (node.type === "TOMLKeyValue") this.#readPair(node, this.root, []);
      else this.#readTable(node);
    }
  }

  #readTable(node: AST.TOMLTable): void {
    const { line } = node.loc.start;
    let table: MutableTable = this.root;
    const path: (string | number)[] = [];
    for (const step of node.resolvedKey) {
      path.push(step);
      if (typeof step === "number") continue;
      const next = node.resolvedKey[path.length];
      table = this.#enter(table, step, next);
      this.#mark(path, line);
    }
    this.#mark(path, line);
    for (const pair of node.body) this.#readPair(pair, table, path);
  }

  /** The table at `key`, or its element `index` if it is an array of tables; made if it is missing. */
  #enter(table: MutableTable, key: string, index: string | number | undefined): MutableTable {
    if (typeof index !== "number") {
      if (!table.has(key)) table.set(key, new Map());
      return table.get(key) as MutableTable;
    }
    if (!table.has(key)) table.set(key, []);
    const tables = table.get(key) as MutableTable[];
    if (tables[index] === undefined) tables[index] = new Map();
    return tables[index];
  }

  #readPair(node: AST.TOMLKeyValue, parent: MutableTable, parentPath: Path): void {
    const keys = node.key.keys.map((key) => (key.type === "TOMLBare" ? key.name : key.value));
    const last = keys.pop() as string;
    const path = [...parentPath];
    let table = parent;
    for (const key of keys) {
      path.push(key);
      this.#mark(path, node.loc.start.line);
      table = this.#enter(table, key, undefined);
    }
    path.push(last);
    this.#mark(path, node.loc.start.line);
    table.set(last, this.#read(node.value, path));
  }

  #read(node: AST.TOMLContentNode, path: Path): Value {
    if (node.type === "TOMLArray") {
      return node.elements.map((element, index) => {
        const place = [...path, index];
        this.#mark(place, element.loc.start.line);
        return this.#read(element, place);
      });
    }
    if (node.type === "TOMLInlineTable") {
      const table: MutableTable = new Map();
      for (const pair of node.body) this.#readPair(pair, table, path);
      return table;
    }
    if (node.kind === "integer") return node.bigint;
    if (node.kind === "float" || node.kind === "string" || node.kind === "boolean")
      return node.value;
    return new DateTime(node.datetime);
  }

  #mark(path: Path, line: number): void {
    const key = keyOf(path);
    if (!this.lines.has(key)) this.lines.set(key, line);
  }
}
