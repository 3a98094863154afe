/** What is different for a participant when other conditions take the place of the old. */
import type { Expansion } from "./conditions.ts";
import { shownJson } from "./python-text.ts";
import { isTable, type Table, type Value } from "./value.ts";

export interface Difference {
  /** `block 2` for another block there, `conditionA.colour` for a value in a block's config. */
  readonly place: string;
  /** Name or JSON; null where there was, or is, nothing. */
  readonly before: string | null;
  readonly after: string | null;
}

/** A config says itself where it stands; this is no difference of its content. */
const POSITION_KEYS = ["name", "block_id", "participant_index"];

function textOf(value: Value | undefined): string | null {
  return value === undefined ? null : shownJson(value);
}

function compareTables(place: string, before: Table, after: Table): readonly Difference[] {
  const keys = new Set([...before.keys(), ...after.keys()]);
  return [...keys].flatMap((key) => {
    const [old, now] = [before.get(key), after.get(key)];
    const inner = `${place}.${key}`;
    if (isTable(old) && isTable(now)) return compareTables(inner, old, now);
    const difference = { place: inner, before: textOf(old), after: textOf(now) };
    return difference.before === difference.after ? [] : [difference];
  });
}

function contentOf(block: Table): Table {
  const config = new Map(block.get("config") as Table);
  for (const key of POSITION_KEYS) config.delete(key);
  return config;
}

/** Blocks are compared with those at their place; those of another name are a difference as a whole. */
export function differences(before: Expansion, after: Expansion): readonly Difference[] {
  const count = Math.max(before.blocks.length, after.blocks.length);
  const found = Array.from({ length: count }, (_, index): readonly Difference[] => {
    const [old, now] = [before.blocks[index], after.blocks[index]];
    const [oldName, name] = [old, now].map((block) => (block?.get("name") as string) ?? null);
    if (old === undefined || now === undefined || oldName !== name) {
      const place = `block ${index + 1}`;
      return [{ place, before: oldName ?? null, after: name ?? null }];
    }
    return compareTables(name as string, contentOf(old), contentOf(now));
  });
  const unique = new Map(found.flat().map((difference) => [jsonKey(difference), difference]));
  return [...unique.values()];
}

/** Equal for equal differences, of one participant or of several. */
export function jsonKey({ place, before, after }: Difference): string {
  return JSON.stringify([place, before, after]);
}
