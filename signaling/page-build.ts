/** Builds the pages when what is served would be older than its sources. */
import { mkdtemp, readdir, rename, rm, stat } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { DataError } from "./store/data-folder.ts";

const ROOT = fileURLToPath(new URL("..", import.meta.url));
const DIST = join(ROOT, "dist");
const SOURCES = [
  "engine",
  "signaling/pages",
  "signaling/protocol.ts",
  "signaling/client-message.ts",
  "signaling/carried-value.ts",
  "signaling/message-bound.ts",
  "signaling/conditions/page-protocol.ts",
  "vite.config.ts",
  "package.json",
];

async function newestMs(path: string): Promise<number> {
  const found = await stat(path).catch(() => null);
  if (found === null) return 0;
  if (!found.isDirectory()) return found.mtimeMs;
  const entries = await readdir(path);
  const times = await Promise.all(entries.map((entry) => newestMs(join(path, entry))));
  return Math.max(0, ...times);
}

async function isCurrent(): Promise<boolean> {
  const page = await stat(join(DIST, "index.html")).catch(() => null);
  if (page === null) return false;
  const times = await Promise.all(SOURCES.map((source) => newestMs(join(ROOT, source))));
  return page.mtimeMs >= Math.max(...times);
}

/** Builds aside and takes the place of `dist` whole: servers that start at the same time never serve half of a build. */
async function buildDist(): Promise<void> {
  const { build } = await import("vite");
  const work = await mkdtemp(`${DIST}-`);
  try {
    const outDir = join(work, "built");
    await build({
      configFile: join(ROOT, "vite.config.ts"),
      logLevel: "error",
      build: { outDir, emptyOutDir: true },
    });
    await rename(DIST, join(work, "replaced")).catch(() => {});
    // Another server's build, of the same sources, may have come first.
    await rename(outDir, DIST).catch(() => {});
  } finally {
    await rm(work, { recursive: true, force: true });
  }
}

/**
 * Leaves a current `dist`.
 * @throws DataError with the first lines of what the build said.
 */
export async function buildPage(onBuild: () => void): Promise<void> {
  if (await isCurrent()) return;
  onBuild();
  try {
    await buildDist();
  } catch (error) {
    const reason = String((error as Error).message)
      .split("\n")
      .slice(0, 4)
      .join("\n");
    throw new DataError(`The pages cannot be built: ${reason}`);
  }
}
