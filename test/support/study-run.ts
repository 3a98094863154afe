/** A study on a server of its own with one browser process for each participant. */
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Browser, BrowserContext } from "playwright";
import { type RunningServer, startServer } from "../../signaling/server.ts";
import type { Study } from "../../signaling/study/index.ts";
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

export interface StudyRunOptions {
  readonly study: Study;
  readonly returnGraceMs?: number;
  /** Browsers to start; two unless the test has one of another kind. */
  readonly browserCount?: 1 | 2;
  /** May change each participant's browser before its page is made. */
  prepare?(context: BrowserContext, index: number): Promise<void>;
}

export async function startStudyRun({
  study,
  browserCount = 2,
  prepare = async () => {},
  ...options
}: StudyRunOptions): Promise<StudyRun> {
  const dataDir = await mkdtemp(join(tmpdir(), "tandem-browser-"));
  const studyDir = import.meta.dirname;
  const [server, ...browsers] = await Promise.all([
    startServer({ study, studyDir, port: 0, dataDir, host: "127.0.0.1", ...options }),
    ...Array.from({ length: browserCount }, () => launchBrowser()),
  ]);
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
