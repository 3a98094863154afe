/** Builds the pages when what is served would be older than its sources. */
import { readdir, stat } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { DataError } from "./store/data-folder.ts";

const ROOT = fileURLToPath(new URL("..", import.meta.url));
const SOURCES = [
  "engine",
  "signaling/pages",
  "signaling/protocol.ts",
  "signaling/client-message.ts",
  "signaling/carried-value.ts",
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
  const page = await stat(join(ROOT, "dist/index.html")).catch(() => null);
  if (page === null) return false;
  const times = await Promise.all(SOURCES.map((source) => newestMs(join(ROOT, source))));
  return page.mtimeMs >= Math.max(...times);
}

/**
 * Leaves a current `dist`.
 * @throws DataError with the first lines of what the build said.
 */
export async function buildPage(onBuild: () => void): Promise<void> {
  if (await isCurrent()) return;
  onBuild();
  const { build } = await import("vite");
  try {
    await build({ configFile: join(ROOT, "vite.config.ts"), logLevel: "error" });
  } catch (error) {
    const reason = String((error as Error).message)
      .split("\n")
      .slice(0, 4)
      .join("\n");
    throw new DataError(`The pages cannot be built: ${reason}`);
  }
}
