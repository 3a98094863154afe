/** Builds the participant's page and that of a conditions server; the servers serve `dist`. */
import { fileURLToPath } from "node:url";
import preact from "@preact/preset-vite";
import { defineConfig } from "vite";

const fromHere = (path: string) => fileURLToPath(new URL(path, import.meta.url));

export default defineConfig({
  root: fromHere("signaling/pages"),
  plugins: [preact()],
  // The package's own entry expects Node's streams; its browser build brings them along.
  resolve: { alias: { "simple-peer": "simple-peer/simplepeer.min.js" } },
  build: {
    outDir: fromHere("dist"),
    rolldownOptions: {
      input: ["index.html", "conditions.html"].map((name) => fromHere(`signaling/pages/${name}`)),
    },
    emptyOutDir: true,
    target: "es2022",
    // pixi.js is one lazily loaded chunk that large; the page itself is a tenth of it.
    chunkSizeWarningLimit: 800,
  },
});
