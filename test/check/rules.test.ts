/** A rule that cannot fire is a defect: each is shown a violation in a copy of the tree. */
import { execFile } from "node:child_process";
import { appendFile, cp, mkdtemp, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";

const ROOT = join(import.meta.dirname, "../..");
const COPIED = [
  "engine",
  "signaling",
  "sandbox",
  "benchmarks",
  "test",
  "package.json",
  "tsconfig.json",
  "biome.json",
  "knip.json",
  "no-irreproducible-math.grit",
  "vite.config.ts",
  "vitest.config.ts",
  ".dependency-cruiser.cjs",
];

/** File to plant or to add to, its text, and what the tool must say of it. */
const PLANTS = {
  "engine/rollback/planted-direction.ts":
    'import { P2PSession } from "../session/p2p-session.ts";\nexport const planted = P2PSession;\n',
  "engine/state/planted-direction.ts":
    'import { World } from "../environment/world.ts";\nexport const planted = World;\n',
  "engine/record/planted-direction.ts":
    'import { P2PSession } from "../session/p2p-session.ts";\nexport const planted = P2PSession;\n',
  "engine/session/planted-direction.ts":
    'import { SpectatorSession } from "../spectating/spectator-session.ts";\nexport const planted = SpectatorSession;\n',
  "engine/session/planted-npm.ts": 'import { z } from "zod";\nexport const planted = z;\n',
  "engine/rollback/planted-node.ts":
    'import { readFileSync } from "node:fs";\nexport const planted = readFileSync;\n',
  "engine/protocol/planted-cycle-a.ts":
    'import { b } from "./planted-cycle-b.ts";\nexport const a = (): unknown => b;\n',
  "engine/protocol/planted-cycle-b.ts":
    'import { a } from "./planted-cycle-a.ts";\nexport const b = (): unknown => a;\n',
  "signaling/pages/planted-server.ts":
    'import { startServer } from "../server.ts";\nexport const planted = startServer;\n',
  "signaling/monitoring/planted-store.ts":
    'import { Database } from "../store/database.ts";\nexport const planted = Database;\n',
  "signaling/games/planted-simulation.ts":
    'import { runCrowd } from "../simulation/crowd.ts";\nexport const planted = runCrowd;\n',
  "signaling/conditions/expansion/planted-file.ts":
    'import { readFileSync } from "node:fs";\nexport const planted = () => readFileSync("a") ?? Date.now();\n',
  "signaling/planted-door.ts":
    'import { World } from "../engine/environment/world.ts";\nexport const planted = World;\n',
  "engine/planted-orphan.ts": "export const planted = 1;\n",
  "engine/session/planted-clock.ts": "export const planted = () => Date.now();\n",
  "engine/rollback/planted-math.ts":
    "export const planted = (x: number) => Math.sin(x) + x ** 2 + Math.random();\n",
  "sandbox/games/planted-timer.ts": "export const planted = () => setTimeout(() => {}, 1);\n",
  "engine/runtime/PlantedName.ts": "export const planted = 1;\n",
  "engine/rollback/planted-dom.ts": "export const planted = () => document.title;\n",
} as const;

/** Imported by others, so that only the export planted in it is unused. */
const USED_FILE = "engine/rollback/time-sync.ts";

let copy: string;

beforeAll(async () => {
  copy = await mkdtemp(join(tmpdir(), "tandem-rules-"));
  for (const name of COPIED) await cp(join(ROOT, name), join(copy, name), { recursive: true });
  await symlink(join(ROOT, "node_modules"), join(copy, "node_modules"));
  for (const [path, text] of Object.entries(PLANTS)) await writeFile(join(copy, path), text);
  await appendFile(join(copy, USED_FILE), "\nexport const plantedExport = 1;\n");
});

afterAll(() => rm(copy, { recursive: true, force: true }));

/** Runs a tool of the package in the copy; resolves with its exit code and all it printed. */
function run(tool: string, ...args: string[]): Promise<{ code: number; text: string }> {
  const command = join(ROOT, "node_modules/.bin", tool);
  return new Promise((resolve) => {
    execFile(command, args, { cwd: copy, maxBuffer: 2 ** 26 }, (error, stdout, stderr) => {
      const code = typeof error?.code === "number" ? error.code : 0;
      resolve({ code, text: stdout + stderr });
    });
  });
}

describe("npm run check", () => {
  it("fails on imports that go the wrong way", async () => {
    const { code, text } = await run("depcruise", "engine", "signaling", "sandbox", "test");
    expect(code).not.toBe(0);
    for (const [rule, file] of [
      ["rollback-ignores-what-stands-above", "engine/rollback/planted-direction.ts"],
      ["state-ignores-what-stands-above", "engine/state/planted-direction.ts"],
      ["record-ignores-what-stands-above", "engine/record/planted-direction.ts"],
      ["session-ignores-what-stands-above", "engine/session/planted-direction.ts"],
      ["only-the-wire-has-schemas", "engine/session/planted-npm.ts"],
      ["pure-stays-pure", "engine/rollback/planted-node.ts"],
      ["no-cycles", "engine/protocol/planted-cycle-a.ts"],
      ["the-page-never-sees-the-server", "signaling/pages/planted-server.ts"],
      ["monitoring-is-pure", "signaling/monitoring/planted-store.ts"],
      ["only-its-command-knows-the-simulation", "signaling/games/planted-simulation.ts"],
      ["expansion-is-pure", "signaling/conditions/expansion/planted-file.ts"],
      ["enter-engine-by-its-door", "signaling/planted-door.ts"],
      ["no-orphans", "engine/planted-orphan.ts"],
    ]) {
      expect(text).toContain(`${rule}: ${file}`);
    }
  });

  it("fails on a clock, randomness and inexact maths in a pure room, and on names", async () => {
    const { code, text } = await run("biome", "ci", "--colors=off", "--max-diagnostics=none", ".");
    expect(code).not.toBe(0);
    expect(text).toMatch(/planted-clock\.ts:\d+:\d+ lint\/style\/noRestrictedGlobals/);
    expect(text).toMatch(/planted-file\.ts:\d+:\d+ lint\/style\/noRestrictedGlobals/);
    expect(text).toMatch(/planted-timer\.ts:\d+:\d+ lint\/style\/noRestrictedGlobals/);
    expect(text.match(/planted-math\.ts:\d+:\d+ plugin/g)).toHaveLength(3);
    expect(text).toMatch(/PlantedName\.ts lint\/style\/useFilenamingConvention/);
  });

  it("fails on the DOM in a pure room", async () => {
    const { code, text } = await run("tsc", "--noEmit", "-p", "engine/tsconfig.pure.json");
    expect(code).not.toBe(0);
    expect(text).toContain("engine/rollback/planted-dom.ts(1,30): error TS2584");
  });

  it("fails on an export that nobody uses", async () => {
    const { code, text } = await run("knip", "--no-progress");
    expect(code).not.toBe(0);
    expect(text).toMatch(/plantedExport\s+engine\/rollback\/time-sync\.ts/);
  });
});
