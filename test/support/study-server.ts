/** A study server of its own for each test, on a free port, with a data folder that is removed. */
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pino } from "pino";
import { onTestFinished } from "vitest";
import { type RunningServer, type ServerOptions, startServer } from "../../signaling/server.ts";
import type { Study } from "../../signaling/study/index.ts";
import { counterStudy } from "./counter-study.ts";
import { HeadlessPage, type OpenOptions } from "./headless-page.ts";

export type StudyServerOptions = Partial<ServerOptions> & { readonly study?: Study };

export class StudyServer {
  readonly dataDir: string;
  readonly #options: StudyServerOptions;
  #running: RunningServer | null = null;
  readonly #pages: HeadlessPage[] = [];

  private constructor(dataDir: string, options: StudyServerOptions) {
    this.dataDir = dataDir;
    this.#options = options;
  }

  /** Stops, and removes its data, when the test is over. */
  static async start(options: StudyServerOptions = {}): Promise<StudyServer> {
    const { server, stop } = await StudyServer.startForSuite(options);
    onTestFinished(stop);
    return server;
  }

  /** The caller stops it. */
  static async startForSuite(options: StudyServerOptions = {}) {
    const dataDir = await mkdtemp(join(tmpdir(), "tandem-"));
    const server = new StudyServer(dataDir, options);
    const stop = async () => {
      await server.stop();
      await rm(dataDir, { recursive: true, force: true });
    };
    await server.restart();
    return { server, stop };
  }

  get running(): RunningServer {
    if (this.#running === null) throw new Error("The server is stopped.");
    return this.#running;
  }

  get url(): string {
    return `http://127.0.0.1:${this.running.port}`;
  }

  async stop(): Promise<void> {
    for (const page of this.#pages.splice(0)) page.close();
    await this.#running?.close();
    this.#running = null;
  }

  async restart(): Promise<void> {
    await this.stop();
    this.#running = await startServer({
      study: counterStudy(),
      studyDir: import.meta.dirname,
      port: 0,
      host: "127.0.0.1",
      log: pino({ level: "silent" }),
      duplicateGraceMs: 20,
      ...this.#options,
      dataDir: this.dataDir,
    });
  }

  /** A page that was let in. */
  async open(subjectId: string, options: OpenOptions = {}): Promise<HeadlessPage> {
    const { page, reply } = await this.tryOpen(subjectId, options);
    if (!reply.ok) throw new Error(`${reply.reason}: ${reply.message}`);
    return page;
  }

  async tryOpen(subjectId: string, options: OpenOptions = {}) {
    const opened = await HeadlessPage.open(this.url, subjectId, options);
    this.#pages.push(opened.page);
    return opened;
  }

  path(...parts: string[]): string {
    return join(this.running.dataPath, ...parts);
  }

  async json(...parts: string[]): Promise<Record<string, unknown>> {
    return JSON.parse(await readFile(this.path(...parts), "utf8")) as Record<string, unknown>;
  }
}
