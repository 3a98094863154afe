/** `tandem synctest` on good games, on each fault planted in one, and on files that cannot be used. */
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { trapCode } from "../../signaling/games/trapped-bundle.ts";
import { type SyncTestSettings, testEnvironment } from "../../signaling/sync-test.ts";
import { runTandem } from "../support/command-line.ts";

const ROOT = join(import.meta.dirname, "../..");
const KITCHEN = join(ROOT, "sandbox/games/cramped-room.ts");
const PUCK = join(ROOT, "sandbox/games/puck.ts");
const LAYOUT = JSON.stringify({ layout: "cramped_room" });

const synctest = (...args: string[]) => runTandem("synctest", ...args);

const SETTINGS: SyncTestSettings = { config: "{}", frames: 60, seeds: [1], depthFramesMax: 4 };

let folder: string;
let fileCount = 0;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "tandem-synctest-"));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

async function fileOf(text: string): Promise<string> {
  const path = join(folder, `environment-${++fileCount}.ts`);
  await writeFile(path, text);
  return path;
}

interface Plant {
  /** Runs in every step, with `state` and `actions`. */
  readonly step?: string;
  /** Stands in the module, before the environment. */
  readonly top?: string;
  readonly draw?: string;
}

/** A small game in a file of its own, with something planted in it. */
function planted({ step = "", top = "", draw = "" }: Plant): Promise<string> {
  return fileOf(`
import { defineEnvironment, discrete, nextFloat, pow, seedRandom, sin } from ${JSON.stringify(join(ROOT, "engine/index.ts"))};
${top}
export const environment = defineEnvironment<any, unknown>({
  id: "planted", agentIds: ["left", "right"], actionSpaces: [discrete(3), discrete(3)], neutralActions: [0, 0],
  fps: 60, maxSteps: 600, keyBindings: {}, keyHelp: [], width: 1, height: 1,
  checkConfig: (config) => (config as { isBad?: boolean }).isBad ? ["Expected \`isBad\` to be absent"] : [],
  reset: (seed) => ({ random: seedRandom([0, 0, 0, 0], seed), frame: 0, at: [0.5, 0.25], angle: 0 }),
  step(state, actions) {
    state.frame++;
    for (let i = 0; i < 2; i++) state.at[i] += sin(actions[i] as number) + pow(nextFloat(state.random), 1.5);
    ${step}
    return { rewards: [0, 0], terminateds: [false, false], truncateds: [false, false], infos: [{}, {}] };
  },
  observe: (state, player) => ({ at: state.at[player] }),
  draw: () => { ${draw} return { background: "#000000", shapes: [] }; },
});
`);
}

describe("tandem synctest", () => {
  it("[DE8] passes both games, with what they cost", async () => {
    const kitchen = await synctest(KITCHEN, "--config", LAYOUT, "--frames", "300");
    expect(kitchen).toMatchObject({ code: 0, stderr: "" });
    expect(kitchen.stdout).toMatch(/^Environment {8}cramped-room \([0-9a-f]{16}\), plain state/);
    expect(kitchen.stdout.match(/^Seed .* 300 frames, 300 rollbacks of 1–8 frames/gm)).toHaveLength(
      3,
    );
    expect(kitchen.stdout).toMatch(
      /^Speed .*step [\d.]+ µs, snapshot .*restore .*hash [\d.]+ µs$/m,
    );
    expect(kitchen.stdout).toMatch(/^Snapshot +\d+ bytes$/m);
    expect(kitchen.stdout).toMatch(/^Passed\n$/m);

    const args = ["--frames", "400", "--seed", "7,8", "--depth", "12", "--json"];
    const puck = await synctest(PUCK, ...args);
    expect(puck).toMatchObject({ code: 0, stderr: "" });
    const report = JSON.parse(puck.stdout);
    expect(report).toMatchObject({
      status: "passed",
      fault: null,
      finding: null,
      environment: { id: "puck", state: "flat", players: 2, fps: 60 },
      depthFramesMax: 12,
      runs: [
        { seed: 7, frames: 400, rollbacks: 400 },
        { seed: 8, frames: 400, rollbacks: 400 },
      ],
    });
    expect(report.speed.snapshotBytes).toBe(176);
    for (const name of ["stepUs", "snapshotUs", "restoreUs", "hashUs"]) {
      expect(report.speed[name]).toBeGreaterThan(0);
    }
  });

  it("[DE8] ends with 1 and one paragraph when it finds something", async () => {
    const path = await planted({ step: "state.angle = Math.random();" });
    const { code, stdout, stderr } = await synctest(path);
    expect([code, stderr]).toEqual([1, ""]);
    expect(stdout.trim().split("\n")).toHaveLength(2);
    expect(stdout).toMatch(
      /^Failed {13}Seed 1\. At frame 1, step: expected .* got Math\.random in `state\.angle = Math\.random\(\);`\. Draw from a generator .*seedRandom/m,
    );
    const json = await synctest(path, "--json");
    expect(json.code).toBe(1);
    expect(JSON.parse(json.stdout)).toMatchObject({
      status: "failed",
      speed: null,
      finding: {
        kind: "banned-call",
        frame: 1,
        seed: 1,
        text: expect.stringMatching(/^At frame 1/),
      },
    });
  });

  it("[DE8] ends with 2 and one sentence when it cannot use what it is given", async () => {
    const unusable = async (sentence: RegExp, ...args: string[]) => {
      const { code, stdout, stderr } = await synctest(...args);
      expect(stderr).toMatch(sentence);
      expect(stderr.trim().split("\n")).toHaveLength(1);
      expect(stderr).not.toMatch(/\bat .*:\d+:\d+/);
      expect([code, stdout]).toEqual([2, ""]);
    };
    await unusable(/environment file nowhere\.ts does not exist/, "nowhere.ts");
    await unusable(/Expected an integer 1–120/, PUCK, "--depth", "0");
    await unusable(/Expected an integer 0–4294967295/, PUCK, "--seed", "1,x");
    await unusable(/Expected `layout` to be one of cramped_room/, KITCHEN);
  });
});

describe("testEnvironment", () => {
  it.each([
    ["export const x = 1;", {}, /must export `environment`/],
    ["export const environment = {};", {}, /has no usable `agentIds`/],
    ["export const environment = ;", {}, /cannot be bundled/],
    [
      "throw new Error('on purpose');\nexport const environment = {};",
      {},
      /cannot be run: .*on purpose/,
    ],
    [null, { config: "{" }, /Expected --config to be JSON or a file of JSON, got \{/],
    [null, { config: KITCHEN }, /cramped-room\.ts is not JSON/],
    [null, { config: '{"isBad": true}' }, /does not suit planted: Expected `isBad` to be absent/],
  ] as const)("[DE8] cannot use %j with %j", async (text, settings, sentence) => {
    const path = text === null ? await planted({}) : await fileOf(text);
    const report = await testEnvironment(path, { ...SETTINGS, ...settings });
    expect(report).toMatchObject({ status: "unusable", fault: expect.stringMatching(sentence) });
    expect(report.fault).not.toContain("\n");
  });

  it("[DE8] passes a game that uses the engine's maths, with its configuration in a file", async () => {
    const config = join(folder, "config.json");
    await writeFile(config, '{"goal": 3}');
    const report = await testEnvironment(await planted({}), { ...SETTINGS, config });
    expect(report).toMatchObject({ status: "passed", fault: null, config: { goal: 3 } });
  });

  it.each<readonly [string, Plant, object]>([
    [
      "Date.now",
      { step: "state.angle = Date.now();" },
      { frame: 1, got: /^Date\.now in `state\.angle/ },
    ],
    [
      "Math.sin",
      { step: "state.angle = Math.sin(state.at[0]);" },
      { frame: 1, got: /^Math\.sin in `/ },
    ],
    [
      "a sine taken from Math by name",
      { top: "const { cos } = Math;", step: "state.angle = cos(1);" },
      { frame: 1, got: /^Math\.cos in `state\.angle = cos\(1\);`/ },
    ],
    [
      "the operator **",
      { step: "if (state.frame === 9) state.angle **= 2;" },
      { frame: 9, got: /^the operator `\*\*` in `/ },
    ],
    [
      "a table made of native maths when the module is loaded",
      { top: "const TABLE = [0, 1].map((x) => Math.tan(x));", step: "state.angle = TABLE[1];" },
      { frame: null, path: "the module", got: /^Math\.tan in / },
    ],
    [
      "a clock read when the module is loaded",
      { top: "const SALT = Date.now();", step: "state.angle = SALT;" },
      { frame: null, path: "the module", got: /^Date\.now in / },
    ],
    [
      "a counter of the module",
      { top: "let calls = 0;", step: "state.angle = ++calls;" },
      { kind: "re-simulation", frame: 1, path: "state.angle", expected: /^1$/, got: /^2$/ },
    ],
    [
      "NaN from frame 30 on",
      { step: "if (state.frame === 30) state.at[1] = Number.NaN;" },
      { kind: "value", frame: 30, path: "state.at.1", got: /^NaN$/ },
    ],
    [
      "an undefined key",
      { step: "if (state.frame === 20) state.held = undefined;" },
      { kind: "value", frame: 20, path: "state.held", got: /^undefined$/ },
    ],
    [
      "a shared reference",
      { step: "if (state.frame === 20) state.last = state.at;" },
      { kind: "value", frame: 20, path: "state.last", got: /also stands at state\.at/ },
    ],
  ])("[DE8] finds %s", async (_, plant, expected) => {
    const report = await testEnvironment(await planted(plant), SETTINGS);
    const matchers = Object.entries(expected).map(([key, value]) => [
      key,
      value instanceof RegExp ? expect.stringMatching(value) : value,
    ]);
    expect(report.finding).toMatchObject(Object.fromEntries(matchers));
    expect(report.status).toBe("failed");
    expect(report.finding?.text.split("\n")).toHaveLength(1);
  });

  it("[DE8] lets pictures use any maths", async () => {
    const path = await planted({ draw: "Math.sin(2 ** 0.5);" });
    expect(await testEnvironment(path, SETTINGS)).toMatchObject({ status: "passed" });
  });

  it("puts the globals back, whatever happened", async () => {
    const originals = [Math.sin, Date, setTimeout];
    for (const text of ["export const environment = {};", "throw new Error('x');"]) {
      await testEnvironment(await fileOf(text), SETTINGS);
    }
    await testEnvironment(await planted({ step: "Math.sin(1);" }), SETTINGS);
    await testEnvironment(await planted({}), { ...SETTINGS, config: '{"isBad": true}' });
    expect([Math.sin, Date, setTimeout]).toEqual(originals);
    expect(Math.sin).toBe(originals[0]);
  });
});

describe("trapCode", () => {
  it("changes no result and no line", () => {
    const code = [
      "const é = '😀'.length;",
      "let x = (é + 1) ** (0, 2) ** -(1) + 2 ** 3;",
      "x **= 2; /* 2 ** 2 */ const big = 2n ** 70n;",
      "return [x, String(big), '**'];",
    ].join("\n");
    const module = trapCode(`function run() {${code}}`);
    const body = /; (function run[\s\S]*\})\nglobalThis/.exec(module)?.[1] ?? "";
    expect(body.split("\n")).toHaveLength(4);
    const seen: unknown[] = [];
    const make = (text: string) => new Function("tandem$power", `${text}; return run();`);
    const record = (exponent: unknown) => {
      seen.push(exponent);
      return exponent;
    };
    expect(make(body)(record)).toEqual(make(`function run() {${code}}`)(record));
    expect(seen).toEqual([-1, 2 ** -1, 3, 2, 70n]);
  });
});
