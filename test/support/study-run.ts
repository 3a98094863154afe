/** A study on a server of its own with one browser process for each participant. */
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Browser, BrowserContext } from "playwright";
import { buildPage } from "../../signaling/page-build.ts";
import { type RunningServer, type ServerOptions, startServer } from "../../signaling/server.ts";
import { launchBrowser } from "./browser.ts";
import { Participant } from "./participant.ts";

export interface StudyRun {
  readonly server: RunningServer;
  readonly dataDir: string;
  readonly browsers: readonly Browser[];
  readonly participants: readonly Participant[];
  /** A file of the paired scene, parsed. */
  readJson(name: string): Promise<Record<string, unknown>>;
  stop(): Promise<void>;
}

/** Starts everything; `prepare` may change each participant's browser before its page is made. */
export async function startStudyRun(
  prepare: (context: BrowserContext, index: number) => Promise<void> = async () => {},
  serverOptions: Partial<Pick<ServerOptions, "returnGraceMs">> = {},
  studyName: "paired-study" | "pausing-study" | "probing-study" = "paired-study",
): Promise<StudyRun> {
  await buildPage(() => {});
  const dataDir = await mkdtemp(join(tmpdir(), "tandem-browser-"));
  const server = await startServer({
    studyPath: join(import.meta.dirname, `${studyName}.ts`),
    port: 0,
    dataDir,
    host: "127.0.0.1",
    ...serverOptions,
  });
  const browsers = await Promise.all([launchBrowser(), launchBrowser()]);
  const participants = await Promise.all(
    browsers.map(async (browser, i) => {
      const context = await browser.newContext({ viewport: { width: 1280, height: 720 } });
      await prepare(context, i);
      return new Participant(await context.newPage(), i + 1);
    }),
  );
  return {
    server,
    dataDir,
    browsers,
    participants,
    readJson: async (name) =>
      JSON.parse(await readFile(join(dataDir, "paired", "match", name), "utf8")) as Record<
        string,
        unknown
      >,
    async stop() {
      await Promise.all(browsers.map((browser) => browser.close()));
      await server.close();
      await rm(dataDir, { recursive: true, force: true });
    },
  };
}
