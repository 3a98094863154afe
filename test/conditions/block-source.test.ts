/** The lines of one block: found, and put back without touching anything else. */
import { describe, expect, it } from "vitest";
import {
  findBlockSource,
  replaceSource,
} from "../../signaling/conditions/expansion/block-source.ts";

const TABLES = `# study
[configuration]
order = ["A", "B"]

# about A
# more about A
[[blocks]] # here
name = "A"
[blocks.config]
x = 1 # one

# left alone

# about B
[[blocks]]
name = "B"
extends = "A"
# the end
`;

function sourceOf(text: string, index: number): string | null {
  const place = findBlockSource(text, index);
  return place === null ? null : text.slice(place.start, place.end);
}

describe("a block's lines", () => {
  it("[CO14] begin with the comment above the block and end before that of the next", () => {
    expect(sourceOf(TABLES, 0)).toBe(
      '# about A\n# more about A\n[[blocks]] # here\nname = "A"\n[blocks.config]\nx = 1 # one\n\n# left alone',
    );
    expect(sourceOf(TABLES, 1)).toBe('# about B\n[[blocks]]\nname = "B"\nextends = "A"\n# the end');
    expect(sourceOf(TABLES, 2)).toBeNull();
  });

  it.each([
    ["an inline list", 'blocks = [{ name = "A", config = {} }, { name = "B", extends = "A" }]\n'],
    [
      "a quoted key",
      '"blocks" = [ # first\n { name = "A", config = {} },\n { name = "B", extends = "A" } ]',
    ],
    ["a byte order mark", '\uFEFFblocks = [{ name = "A" }, { name = "B", extends = "A" }]\n'],
  ])("[CO14] are an element of %s", (_, text) => {
    expect(sourceOf(text, 1)).toBe('{ name = "B", extends = "A" }');
  });

  it("[CO14] are unknown where another table stands between them", () => {
    const text = '[[blocks]]\nname = "A"\n[configuration]\norder = ["A"]\n[blocks.config]\nx = 1\n';
    expect(sourceOf(text, 0)).toBeNull();
  });

  it("[CO14] are all that a replacement changes, line ends included", () => {
    for (const text of [TABLES, TABLES.replaceAll("\n", "\r\n"), `\uFEFF${TABLES}`]) {
      const place = findBlockSource(text, 0);
      if (place === null) throw new Error("Expected block A to be found.");
      const source = text.slice(place.start, place.end).replaceAll("\r\n", "\n");
      expect(replaceSource(text, place, source)).toBe(text);
      const changed = replaceSource(text, place, source.replace("x = 1", "x = 2\ny = 3"));
      const end = text.includes("\r\n") ? "\r\n" : "\n";
      expect(changed).toBe(text.replace("x = 1", `x = 2${end}y = 3`));
    }
  });
});
