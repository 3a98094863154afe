/** A participant as a person is one: opens the link, reads the page, clicks and presses keys. */
import type { Page } from "playwright";
import type { SessionMetrics } from "../../engine/index.ts";
import { deriveSeed, nextInt, seedRandom } from "../../engine/index.ts";

const KEYS = ["ArrowUp", "ArrowDown", "ArrowLeft", "ArrowRight"] as const;
/** Keys are pressed for 60 to 300 ms, as people tap and hold. */
const PRESS_MS = { min: 60, range: 240 } as const;

/** What a page tells of its game; the shape of `window.tandem`. */
export interface Snapshot {
  readonly status: Readonly<Record<string, unknown>>;
  readonly metrics: SessionMetrics | null;
  readonly counts: {
    readonly sentPackets: { readonly direct: number; readonly relay: number };
    readonly receivedPackets: { readonly direct: number; readonly relay: number };
  } | null;
}

export class Participant {
  readonly page: Page;
  readonly errors: string[] = [];
  /** The last ones taken while each episode was played. */
  readonly snapshots: Snapshot[] = [];
  readonly #random: number[];

  constructor(page: Page, seed: number) {
    this.page = page;
    this.#random = seedRandom([0, 0, 0, 0], deriveSeed(seed, 7));
    page.on("pageerror", (error) => this.errors.push(error.message));
    page.on("console", (message) => {
      if (message.type() === "error") this.errors.push(message.text());
    });
  }

  async open(url: string): Promise<void> {
    await this.page.goto(url);
  }

  /** Clicks the one button that goes on, once the scene of that kind is there. */
  async goOn(sceneKind: string): Promise<void> {
    await this.waitForStatus({ scene: sceneKind });
    await this.page.locator("button.primary").click();
  }

  /** Resolves when every given part of the page's status has that value. */
  async waitForStatus(
    wanted: Readonly<Record<string, unknown>>,
    timeoutMs = 60_000,
  ): Promise<void> {
    await this.page.waitForFunction(
      (parts) => {
        const status = window.tandem?.status ?? {};
        return Object.entries(parts).every(([name, value]) => status[name] === value);
      },
      wanted,
      { timeout: timeoutMs },
    );
  }

  async snapshot(): Promise<Snapshot> {
    return await this.page.evaluate(() => ({
      status: window.tandem?.status ?? {},
      metrics: window.tandem?.snapshot() ?? null,
      counts: window.tandem?.counts() ?? null,
    }));
  }

  /** Presses keys at random while an episode is played; ends at its end. */
  async playEpisode(episode: number): Promise<void> {
    await this.waitForStatus({ episode, phase: "playing" });
    for (let last = await this.snapshot(); ; ) {
      const key = KEYS[nextInt(this.#random, KEYS.length)] ?? "ArrowUp";
      await this.page.keyboard.press(key, {
        delay: PRESS_MS.min + nextInt(this.#random, PRESS_MS.range),
      });
      const snapshot = await this.snapshot();
      if (snapshot.status.phase !== "playing") {
        this.snapshots.push(last);
        return;
      }
      last = snapshot;
    }
  }

  /** Walks from the link to the waiting room of the first game. */
  async comeToGame(url: string): Promise<void> {
    await this.open(url);
    await this.goOn("start");
    await this.goOn("gym");
  }

  /** Walks from the link through the game alone to the waiting room of the paired one. */
  async comeToMatch(url: string): Promise<void> {
    await this.comeToGame(url);
    await this.waitForStatus({ scene: "gym", phase: null, step: 2 });
    await this.goOn("gym");
  }

  /** Answers every question of the form that is shown. */
  async fillForm(scale: number, text: string): Promise<void> {
    await this.waitForStatus({ scene: "form" });
    for (const question of await this.page.locator("fieldset.question").all()) {
      await question.getByLabel(`${scale} of`, { exact: false }).check();
    }
    await this.page.locator("textarea").fill(text);
    await this.page.locator("button.primary").click();
  }
}
