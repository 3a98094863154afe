import { parse } from "csv-parse/sync";
import fc from "fast-check";
import { expect, it } from "vitest";
import { type Cell, csvText, guardText, unguardText } from "../../../signaling/store/csv-text.ts";

const wild = fc.oneof(
  fc.string({ unit: "binary" }),
  fc.string({
    unit: fc.constantFrom("=", "+", "-", "@", "\t", "\r", "\n", "'", '"', ",", "1", "."),
  }),
);

it("[DA6] every table of texts reads back as it was", () => {
  const rows = fc.integer({ min: 1, max: 5 }).chain((width) =>
    fc.array(fc.array(wild, { minLength: width, maxLength: width }), {
      minLength: 1,
      maxLength: 8,
    }),
  );
  fc.assert(
    fc.property(rows, (table) => {
      const text = csvText([table[0]?.map((_, i) => `c${i}`) ?? [], ...table]);
      const found = parse(text, { relax_quotes: false, skip_empty_lines: false }) as string[][];
      expect(found.slice(1).map((row) => row.map(unguardText))).toEqual(table);
    }),
  );
});

it("[DA6] every number reads back to the same bits, unguarded", () => {
  const numbers = fc
    .double({ noNaN: true, noDefaultInfinity: true })
    .filter((n) => !Object.is(n, -0));
  fc.assert(
    fc.property(fc.array(numbers, { minLength: 1 }), (row) => {
      const [cells] = parse(csvText([row])) as string[][];
      expect(cells?.map(Number)).toEqual(row);
      expect(cells?.some((cell) => cell.startsWith("'"))).toBe(false);
    }),
  );
});

it("[DA13] no cell of text begins with what a spreadsheet computes", () => {
  fc.assert(
    fc.property(wild, (text) => {
      const [row] = parse(csvText([[text, "x"]])) as string[][];
      const cell = row?.[0] ?? "";
      if (/^[=+\-@\t\r]/.test(cell)) expect(Number.isFinite(Number(cell))).toBe(true);
    }),
  );
});

it.each<[Cell, string]>([
  ["=HYPERLINK(1)", "'=HYPERLINK(1)"],
  ["+1 555", "'+1 555"],
  ["-2+3", "'-2+3"],
  ["@me", "'@me"],
  ["\tx", "'\tx"],
  ["'=x", "''=x"],
  ["'x", "'x"],
  ["-5", "-5"],
  ["-1.5e-7", "-1.5e-7"],
  [-5, "-5"],
  [-0.1, "-0.1"],
  [true, "true"],
  [null, ""],
])("[DA13] writes %j as %j", (value, cell) => {
  expect(csvText([[value, 0]])).toBe(`${cell},0\n`);
});

it("[DA13] a lone carriage return cannot end a row", () => {
  expect(csvText([["a\rb", 1]])).toBe('"a\rb",1\n');
  expect(unguardText(guardText("\r=1"))).toBe("\r=1");
});
