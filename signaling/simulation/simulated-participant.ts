/** One participant of a simulated run, from the link to an end: the page's own code, hurried through by a program. */
import { setTimeout as wait } from "node:timers/promises";
import { deriveSeed, nextFloat, seedRandom } from "../../engine/index.ts";
import { Outbox } from "../pages/outbox.ts";
import type { PageState } from "../pages/study-page.ts";
import { StudyPage } from "../pages/study-page.ts";
import type { Outcome, SceneView } from "../protocol.ts";
import { answerScene } from "./answering.ts";
import type { Persona } from "./persona.ts";
import { simulatedHost } from "./simulated-host.ts";

/** How a participant's way ended, as they saw it. */
export type Ending =
  | { readonly kind: "ended"; readonly outcome: Outcome; readonly code: string | null }
  | { readonly kind: "dropped-out"; readonly where: string }
  /** A fault: the server did not let a valid page go on. */
  | { readonly kind: "refused"; readonly where: string; readonly message: string }
  /** A fault: nothing happened for longer than anything may take. */
  | { readonly kind: "stuck"; readonly where: string };

export interface Observer {
  answered(
    subjectId: string,
    event: string,
    message: unknown,
    reply: unknown,
    latencyMs: number,
  ): void;
  shown(subjectId: string, view: SceneView, planIndex: number): void;
}

export interface ParticipantOptions {
  readonly persona: Persona;
  readonly url: string;
  /** How many times faster than people they read and answer; games take their time. */
  readonly speed: number;
  /** Without any news for so long, somebody waits for ever. */
  readonly stuckAfterMs: number;
  readonly observer: Observer;
}

/** What people take for a page of text or questions. */
const THINK_MS = { min: 4_000, range: 26_000 } as const;
/** Between a page that is closed and the same one loaded again. */
const RELOAD_MS = { min: 150, range: 2_000 } as const;
const LOOK_INTERVAL_MS = 50;
/** Far longer than handing in takes, also over a server that is being started again. */
const HAND_IN_MS = 60_000;

const keyOf = ({ kind, visitId }: SceneView) => `${kind} ${visitId}`;

/** The page was closed under the participant's hands. */
const CLOSED = Symbol("closed");

export class SimulatedParticipant {
  readonly #options: ParticipantOptions;
  readonly #random: number[];
  readonly #tabId: string;
  #subjectId = "";
  #query = "";
  #where = "the link";
  #newsAtMs = performance.now();
  /** Over this line and in this scene: whoever lost the line while waiting has to join again. */
  #hasJoined = false;

  constructor(options: ParticipantOptions) {
    this.#options = options;
    this.#random = seedRandom([0, 0, 0, 0], deriveSeed(options.persona.seed, 1));
    this.#tabId = `tab of participant ${options.persona.index}`;
  }

  get subjectId(): string {
    return this.#subjectId;
  }

  /** What they are looking at, for progress and findings. */
  get where(): string {
    return this.#where;
  }

  /** Never rejects. */
  async run(): Promise<Ending> {
    const { dropsOutAfterMs, reloadsAfterMs } = this.#options.persona;
    this.#subjectId = await this.#openLink();
    const gone = new AbortController();
    const goneTimer = later(dropsOutAfterMs, () => gone.abort());
    const reload = new AbortController();
    const reloadTimer = later(reloadsAfterMs, () => reload.abort());
    let ending = await this.#visit([gone.signal, reload.signal]);
    if (ending === CLOSED && !gone.signal.aborted) {
      await wait((RELOAD_MS.min + nextFloat(this.#random) * RELOAD_MS.range) | 0);
      ending = await this.#visit([gone.signal]);
    }
    clearTimeout(goneTimer);
    clearTimeout(reloadTimer);
    return ending === CLOSED ? { kind: "dropped-out", where: this.#where } : ending;
  }

  /** Takes the id that the server gives to whoever comes by the bare link, and its page. */
  async #openLink(): Promise<string> {
    for (;;) {
      try {
        const { url } = this.#options;
        const redirect = await fetch(url, { redirect: "manual" });
        const path = redirect.headers.get("location");
        if (path !== null) {
          const link = new URL(path, url);
          await (await fetch(link)).arrayBuffer();
          this.#query = link.search;
          return decodeURIComponent(link.pathname.slice(1));
        }
      } catch {
        // The server is being started again.
      }
      await wait(1_000);
    }
  }

  /** From a page that is loaded to an end, or until one of the signals closes it. */
  async #visit(signals: readonly AbortSignal[]): Promise<Ending | typeof CLOSED> {
    const { url, persona, observer } = this.#options;
    const signal = AbortSignal.any([...signals]);
    const witness = {
      answered: (event: string, message: unknown, reply: unknown, latencyMs: number) => {
        if (event !== "register" && event !== "join-waitroom") this.#newsAtMs = performance.now();
        observer.answered(this.#subjectId, event, message, reply, latencyMs);
      },
    };
    const query = this.#query;
    const host = simulatedHost({ url, query, link: persona.link, random: this.#random, witness });
    const outbox = await Outbox.open(this.#subjectId);
    const page = new StudyPage(this.#subjectId, this.#tabId, outbox, host);
    page.state.subscribe(() => this.#see(page.state.value));
    page.socket.line.subscribe(() => {
      if (page.socket.line.value.kind !== "connected") this.#hasJoined = false;
    });
    try {
      return await this.#walk(page, signal);
    } catch (error) {
      if (signal.aborted) return CLOSED;
      throw error;
    } finally {
      page.close();
    }
  }

  #seen = "";
  #see({ scene, progress, room }: PageState): void {
    if (scene === null) return;
    const key = `${keyOf(scene)} ${room?.start.gameId}`;
    if (key === this.#seen) return;
    this.#seen = key;
    this.#newsAtMs = performance.now();
    this.#where = room === null ? `scene ${scene.visitId}` : `the game of ${scene.visitId}`;
    this.#options.observer.shown(this.#subjectId, scene, progress?.index ?? 0);
  }

  async #walk(page: StudyPage, signal: AbortSignal): Promise<Ending> {
    let key = "";
    for (;;) {
      const scene = await this.#nextScene(page, key, signal);
      if ("fault" in scene) return scene.fault;
      key = keyOf(scene.view);
      this.#hasJoined = false;
      const { view } = scene;
      await this.#think(signal);
      if (view.kind === "end" || view.kind === "completion-code") {
        const outcome = view.kind === "end" ? view.outcome : "completed";
        await this.#handIn(page, signal);
        return { kind: "ended", outcome, code: view.code };
      }
      if (view.kind === "gym") {
        this.#where = `the waiting room of ${view.visitId}`;
        continue;
      }
      const { visitId } = view;
      const answers = answerScene(view, this.#random);
      const reply = await page.socket.requestUntilAnswered("advance-scene", { visitId, answers });
      signal.throwIfAborted();
      if (!reply.ok) return { kind: "refused", where: this.#where, message: reply.message };
    }
  }

  /** Waits for another scene; in a scene with a game, as somebody who is ready to play. */
  async #nextScene(
    page: StudyPage,
    key: string,
    signal: AbortSignal,
  ): Promise<{ view: SceneView } | { fault: Ending }> {
    for (;;) {
      const { scene, room } = page.state.value;
      const line = page.socket.line.value;
      if (line.kind === "refused") {
        return { fault: { kind: "refused", where: this.#where, message: line.message } };
      }
      if (scene !== null && keyOf(scene) !== key) return { view: scene };
      if (performance.now() - this.#newsAtMs > this.#options.stuckAfterMs) {
        const phase = room === null ? "" : ` (${JSON.stringify(room.view.value)})`;
        return { fault: { kind: "stuck", where: this.#where + phase } };
      }
      const isReady = line.kind === "connected" && scene?.kind === "gym" && room === null;
      if (isReady && !this.#hasJoined) {
        this.#hasJoined = true;
        const { visitId } = scene;
        void page.socket.requestUntilAnswered("join-waitroom", { visitId });
      }
      await wait(LOOK_INTERVAL_MS, undefined, { signal });
    }
  }

  /** Nobody closes the page before their last game is handed in. */
  async #handIn(page: StudyPage, signal: AbortSignal): Promise<void> {
    const sinceMs = performance.now();
    while (page.isPlaying && performance.now() - sinceMs < HAND_IN_MS) {
      await wait(LOOK_INTERVAL_MS, undefined, { signal });
    }
  }

  async #think(signal: AbortSignal): Promise<void> {
    const ms = THINK_MS.min + nextFloat(this.#random) * THINK_MS.range;
    await wait(ms / this.#options.speed, undefined, { signal });
  }
}

function later(delayMs: number | null, task: () => void): NodeJS.Timeout | undefined {
  return delayMs === null ? undefined : setTimeout(task, delayMs);
}
