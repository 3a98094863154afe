/** Serves and builds the sandbox: `npm run dev`. */
import { fileURLToPath } from "node:url";
import preact from "@preact/preset-vite";
import { defineConfig } from "vite";

const fromHere = (path: string) => fileURLToPath(new URL(path, import.meta.url));

/** A browser is opened only where somebody could see it. */
const hasDisplay =
  process.platform !== "linux" ||
  process.env.DISPLAY !== undefined ||
  process.env.WAYLAND_DISPLAY !== undefined;

export default defineConfig(({ command }) => ({
  root: fromHere("sandbox"),
  plugins: [preact()],
  resolve: {
    alias: {
      // Both packages' own entries expect Node's streams; their browser builds bring them along.
      "simple-peer": "simple-peer/simplepeer.min.js",
      "csv-stringify/sync": "csv-stringify/browser/esm/sync",
    },
  },
  server: { open: hasDisplay && process.env.CI === undefined && command === "serve" },
  build: {
    outDir: fromHere("dist-sandbox"),
    emptyOutDir: true,
    target: "es2022",
    chunkSizeWarningLimit: 900,
  },
}));
