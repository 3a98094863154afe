/**
 * Libraries that Node cannot load as they are published, bundled in memory when a benchmark needs
 * them.
 */
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname } from "node:path";
import { compileFunction } from "node:vm";
import { build, type Plugin } from "esbuild";

/** A change to a published file; the bundle fails if `from` is not there. */
export interface Replacement {
  /** End of the path of the file. */
  readonly file: string;
  readonly from: string;
  readonly to: string;
}

export interface BundleOptions {
  /** Source of the module whose exports are wanted. */
  readonly source: string;
  /** The `package.json` of the library, beside which `source` stands. */
  readonly packageFile: string;
  readonly replacements?: readonly Replacement[];
  /** Global names to read in place of others. */
  readonly define?: Readonly<Record<string, string>>;
}

/** The exports of `source`, built for production. */
export async function bundle(options: BundleOptions): Promise<unknown> {
  const replacements = options.replacements ?? [];
  const made = new Set<Replacement>();
  const result = await build({
    stdin: { contents: options.source, resolveDir: dirname(options.packageFile) },
    bundle: true,
    write: false,
    platform: "node",
    format: "cjs",
    logLevel: "silent",
    define: { "process.env.NODE_ENV": '"production"', ...options.define },
    plugins: [replacing(replacements, made)],
  });
  const missed = replacements.find((replacement) => !made.has(replacement));
  if (missed !== undefined) {
    throw new Error(`Expected ${missed.file} to contain ${JSON.stringify(missed.from)}`);
  }
  const module = { exports: {} };
  const code = result.outputFiles[0]?.text ?? "";
  const run = compileFunction(code, ["module", "exports", "require"]);
  run(module, module.exports, createRequire(import.meta.url));
  return module.exports;
}

function replacing(replacements: readonly Replacement[], made: Set<Replacement>): Plugin {
  return {
    name: "replacements",
    setup({ onLoad }) {
      onLoad({ filter: /\.js$/ }, ({ path }) => {
        const wanted = replacements.filter(({ file }) => path.endsWith(file));
        if (wanted.length === 0) return null;
        let contents = readFileSync(path, "utf8");
        for (const replacement of wanted) {
          if (contents.includes(replacement.from)) made.add(replacement);
          contents = contents.replaceAll(replacement.from, replacement.to);
        }
        return { contents, loader: "js" };
      });
    },
  };
}
