/**
 * A Chromium spoken to by its own protocol: the usual driver keeps every page visible, and here a tab must
 * really be hidden.
 */
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { findChromium } from "./browser.ts";

interface Answer {
  readonly id?: number;
  readonly result?: Record<string, unknown>;
  readonly error?: { readonly message: string };
}

export class RawBrowser {
  readonly #process: ChildProcess;
  readonly #profile: string;
  readonly #socket: WebSocket;
  readonly #waiting = new Map<number, (answer: Answer) => void>();
  #nextId = 1;

  private constructor(process: ChildProcess, profile: string, socket: WebSocket) {
    this.#process = process;
    this.#profile = profile;
    this.#socket = socket;
    socket.addEventListener("message", ({ data }) => {
      const answer = JSON.parse(String(data)) as Answer;
      if (answer.id !== undefined) this.#waiting.get(answer.id)?.(answer);
    });
  }

  /** Without the flags by which drivers switch the throttling of hidden tabs off. */
  static async launch(): Promise<RawBrowser> {
    const profile = await mkdtemp(join(tmpdir(), "tandem-profile-"));
    const process = spawn(findChromium(), [
      "--headless=new",
      "--no-sandbox",
      "--disable-gpu",
      "--no-first-run",
      "--disable-background-networking",
      "--remote-debugging-port=0",
      `--user-data-dir=${profile}`,
      "about:blank",
    ]);
    for await (const line of createInterface({ input: process.stderr })) {
      const url = /DevTools listening on (ws:.*)/.exec(line)?.[1];
      if (url === undefined) continue;
      const socket = new WebSocket(url);
      await once(socket, "open");
      // Nobody reads on: once the pipe is full a browser that complains would stand still.
      process.stderr.resume();
      return new RawBrowser(process, profile, socket);
    }
    throw new Error("Expected Chromium to name its debugging address, got an end");
  }

  /** Opens a tab in front of all others. */
  async open(url: string): Promise<RawTab> {
    const { targetId } = await this.send("Target.createTarget", { url });
    const { sessionId } = await this.send("Target.attachToTarget", { targetId, flatten: true });
    const tab = new RawTab(this, String(targetId), String(sessionId));
    await tab.bringToFront();
    return tab;
  }

  async send(
    method: string,
    params: Record<string, unknown>,
    sessionId?: string,
  ): Promise<Record<string, unknown>> {
    const id = this.#nextId++;
    const answered = new Promise<Answer>((resolve) => this.#waiting.set(id, resolve));
    this.#socket.send(JSON.stringify({ id, method, params, sessionId }));
    const { result, error } = await answered;
    this.#waiting.delete(id);
    if (error !== undefined) throw new Error(`${method}: ${error.message}`);
    return result ?? {};
  }

  async close(): Promise<void> {
    const ended = once(this.#process, "exit");
    this.#process.kill();
    await ended;
    await rm(this.#profile, { recursive: true, force: true, maxRetries: 5 });
  }
}

export class RawTab {
  readonly #browser: RawBrowser;
  readonly #targetId: string;
  readonly #sessionId: string;

  constructor(browser: RawBrowser, targetId: string, sessionId: string) {
    this.#browser = browser;
    this.#targetId = targetId;
    this.#sessionId = sessionId;
  }

  async bringToFront(): Promise<void> {
    await this.#browser.send("Target.activateTarget", { targetId: this.#targetId });
  }

  /** Value of an expression in the page; promises are awaited. */
  async evaluate<T>(expression: string): Promise<T> {
    const { result } = await this.#browser.send(
      "Runtime.evaluate",
      { expression, awaitPromise: true, returnByValue: true },
      this.#sessionId,
    );
    return (result as { value: T }).value;
  }
}
