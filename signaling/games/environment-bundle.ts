/** An environment as one file of code: bundled once, named by its digest, run by page and server alike. */
import { createHash } from "node:crypto";
import { access } from "node:fs/promises";
import { basename } from "node:path";
import type { Environment } from "../../engine/index.ts";
import { DataError } from "../store/data-folder.ts";

export interface EnvironmentBundle {
  readonly code: string;
  readonly digest: string;
}

/** 64 bits name a file among the few versions of one study. */
const DIGEST_LENGTH = 16;

export function digestOf(text: string): string {
  return createHash("sha256").update(text).digest("hex").slice(0, DIGEST_LENGTH);
}

/**
 * Bundles the file and all it imports.
 * @throws DataError when the file is missing, broken, or needs something that a page does not have.
 */
export async function bundleEnvironment(path: string): Promise<EnvironmentBundle> {
  await access(path).catch(() => {
    throw new DataError(`The environment file ${path} does not exist.`);
  });
  const { build } = await import("vite");
  const built = await build({
    configFile: false,
    envFile: false,
    publicDir: false,
    logLevel: "silent",
    build: {
      write: false,
      minify: false,
      target: "es2022",
      lib: { entry: path, formats: ["es"], fileName: "environment" },
      rolldownOptions: {
        experimental: {
          // Region comments hold paths, which would make the digest depend on the folder.
          attachDebugInfo: "none",
          // What an environment does not use of the engine's door, as the renderer, is not even read.
          lazyBarrel: true,
        },
      },
    },
  }).catch((error: unknown) => {
    const reason = String((error as Error).message)
      .split("\n")
      .slice(0, 6)
      .join("\n");
    throw new DataError(`The environment file ${path} cannot be bundled: ${reason}`);
  });
  const outputs = [built].flat().flatMap((result) => ("output" in result ? result.output : []));
  const chunk = outputs[0];
  if (outputs.length !== 1 || chunk?.type !== "chunk" || chunk.imports.length > 0) {
    throw new DataError(`The environment file ${path} must bundle into one file of code.`);
  }
  if (!chunk.exports.includes("environment")) {
    throw new DataError(`The environment file ${path} must export \`environment\`.`);
  }
  return { code: chunk.code, digest: digestOf(chunk.code) };
}

const MEMBERS = {
  agentIds: Array.isArray,
  actionSpaces: Array.isArray,
  neutralActions: Array.isArray,
  fps: Number.isInteger,
  maxSteps: Number.isInteger,
  checkConfig: (value: unknown) => typeof value === "function",
  reset: (value: unknown) => typeof value === "function",
  step: (value: unknown) => typeof value === "function",
} as const;

/**
 * Runs exactly these bytes, so that what was checked against a digest is what is executed.
 * @throws DataError when the code fails or exports something else than an environment.
 */
export async function loadEnvironment(code: string, name: string): Promise<Environment> {
  const url = `data:text/javascript;base64,${Buffer.from(code).toString("base64")}`;
  const loaded = (await import(/* @vite-ignore */ url).catch((error: unknown) => {
    throw new DataError(`The environment ${basename(name)} cannot be run: ${String(error)}`);
  })) as { environment?: Environment };
  const environment = loaded.environment;
  for (const [member, isRight] of Object.entries(MEMBERS)) {
    if (!isRight(environment?.[member as keyof Environment])) {
      throw new DataError(`The environment ${basename(name)} has no usable \`${member}\`.`);
    }
  }
  return environment as Environment;
}
