/** The same file gives what experiment-server 0.3.8 gives, number for number and key for key. */
import { describe, expect, it } from "vitest";
import { Conditions } from "../../signaling/conditions/expansion/conditions.ts";
import { PythonError } from "../../signaling/conditions/expansion/error.ts";
import { balancedLatinSquare } from "../../signaling/conditions/expansion/latin-square.ts";
import { floatSeed, PythonRandom } from "../../signaling/conditions/expansion/python-random.ts";
import { jsonText, repr } from "../../signaling/conditions/expansion/python-text.ts";
import { TomlDocument } from "../../signaling/conditions/expansion/toml-document.ts";
import type { Table, Value } from "../../signaling/conditions/expansion/value.ts";
import {
  casesOf,
  fromJson,
  REFERENCE,
  type ReferenceCase,
  readFixture,
  tomlOf,
} from "./reference-cases.ts";

/** What an expansion gives, in the form of the fixture. */
function outcome(conditions: Conditions, participantIndex: number, isNames: boolean): string {
  try {
    const { blocks } = conditions.expand(participantIndex);
    const shown = blocks.map((block): Value => {
      const name = block.get("name") as string;
      return isNames
        ? name
        : new Map([
            ["name", name],
            ["config", block.get("config") as Value],
          ]);
    });
    return jsonText(shown);
  } catch (error) {
    if (!(error instanceof PythonError)) throw error;
    return jsonText(fromJson({ error: error.kind, message: error.message }));
  }
}

/** What CPython gave for texts drawn at random. */
const CPYTHON = readFixture("cpython.json") as {
  readonly expansion: readonly {
    readonly toml: string;
    readonly expected: Readonly<Record<string, string>>;
  }[];
  readonly float_seeds: readonly { readonly seed: number; readonly random: number }[];
  /** What `tomllib` reads, as JSON. */
  readonly toml: readonly { readonly toml: string; readonly json: string }[];
  readonly texts: readonly {
    readonly value: unknown;
    readonly repr: string;
    readonly json: string;
  }[];
};

function check({ config, expected }: ReferenceCase, isNames: boolean): void {
  const conditions = new Conditions(tomlOf(config), { isExact: true });
  for (const [participant, want] of Object.entries(expected)) {
    expect(outcome(conditions, Number(participant), isNames)).toBe(jsonText(fromJson(want)));
  }
}

describe("compat with experiment-server", () => {
  it.each(casesOf(REFERENCE.ordering))("[CO1] orders blocks: $id", (reference) => {
    check(reference, true);
  });

  it.each(casesOf(REFERENCE.expansion))("[CO1] expands blocks: $id", (reference) => {
    check(reference, false);
  });

  it("[CO1] prints TOML's integer-like keys, floats, letters and large integers as Python does", () => {
    for (const { toml, expected_python_json_dumps } of REFERENCE.toml_gotchas) {
      const conditions = new Conditions(toml);
      for (const [participant, text] of Object.entries(expected_python_json_dumps)) {
        const [block] = conditions.expand(Number(participant)).blocks as [Table];
        expect(jsonText(block.get("config") as Value)).toBe(text);
      }
    }
  });

  it("[CO1] gives the same for configurations drawn at random, errors and their order included", () => {
    for (const { toml, expected } of CPYTHON.expansion) {
      const conditions = new Conditions(toml, { isExact: true });
      for (const [participant, text] of Object.entries(expected)) {
        expect({ toml, text: outcome(conditions, Number(participant), false) }).toEqual({
          toml,
          text,
        });
      }
    }
  });

  it("[CO1] writes values as Python does", () => {
    for (const { value, repr: python, json } of CPYTHON.texts) {
      expect(repr(fromJson(value))).toBe(python);
      expect(jsonText(fromJson(value))).toBe(json);
    }
  });

  it("[CO1] reads keys, numbers and texts of every form TOML has, in their order", () => {
    for (const { toml, json } of CPYTHON.toml) {
      expect(jsonText(TomlDocument.parse(toml).root)).toBe(json);
    }
  });

  it.each([
    ["2026-11-21T07:32:00Z", "datetime"],
    ["2026-11-21 07:32:00.5", "datetime"],
    ["2026-11-21", "date"],
    ["07:32:00", "time"],
  ])(
    "[CO1] cannot write %s as JSON, as Python cannot; without compat it is a text",
    (date, kind) => {
      const toml = `configuration = { order = ["A"] }\n[[blocks]]\nname = "A"\nconfig.list = [${date}]\n`;
      const exact = new Conditions(toml, { isExact: true });
      const message = `Object of type ${kind} is not JSON serializable`;
      expect(outcome(exact, 1, false)).toBe(`{"error": "TypeError", "message": "${message}"}`);
      const [block] = new Conditions(toml).expand(1).blocks as [Table];
      expect(jsonText(block.get("config") as Value)).toContain(`{"list": ["${date}"]`);
    },
  );

  it("[CO1] expands for the largest index there is, and says which are none", () => {
    const toml = `configuration = { order = ["A"] }\n[[blocks]]\nname = "A"\nconfig = {}\n`;
    const conditions = new Conditions(toml);
    expect(conditions.expand(Number.MAX_SAFE_INTEGER).blocks).toHaveLength(1);
    expect(() => conditions.expand(2 ** 53)).toThrow("below 2⁵³, got 9007199254740992");
    expect(() => conditions.expand(0)).toThrow("greater than 0, got 0");
  });

  it("[CO1] has the same Latin squares", () => {
    for (const [size, rows] of Object.entries(REFERENCE.balanced_latin_square)) {
      expect(balancedLatinSquare(Number(size))).toEqual(rows.map((row) => row.map(Number)));
    }
  });
});

describe("PythonRandom", () => {
  it("[CO1] seeds with a float as CPython does", () => {
    for (const { seed, random } of CPYTHON.float_seeds) {
      expect(new PythonRandom(floatSeed(seed)).random()).toBe(random);
    }
  });

  it.each(REFERENCE.python_random)("[CO1] gives CPython's draws for the seed $seed", (vector) => {
    const random = new PythonRandom(BigInt(vector.seed));
    expect(vector.random.map(() => random.random())).toEqual(vector.random);
    for (const [count, bits] of Object.entries(vector.getrandbits)) {
      expect(random.bits(Number(count))).toBe(Number(bits));
    }
    const list = Array.from({ length: Number(vector.shuffle_n) }, (_, index) => index);
    random.shuffle(list);
    expect(list).toEqual(vector.shuffle.map(Number));
    expect(random.indices(7, 5)).toEqual(vector.choices_range7_k5.map(Number));
    const letters = random.weightedIndices([1, 6, 8, 8.5], 8.5, 6).map((index) => "abcd"[index]);
    expect(letters).toEqual(vector["choices_abcd_w1_5_2_.5_k6"]);
    const more = Array.from({ length: 700 }, () => random.random());
    expect(more.at(-1)).toBe(vector.random_after_700_more);
  });
});
