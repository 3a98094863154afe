/** The sandbox built and opened in a browser, and held still so that only a test lets its time pass. */
import { mkdtemp, rm } from "node:fs/promises";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { Locator, Page } from "playwright";
import { build, preview } from "vite";
import { setUpFromUrl } from "../../sandbox/workbench/set-up-url.ts";
import type { Summary } from "../../sandbox/workbench/summary.ts";
import type {} from "../../sandbox/workbench/views/main.tsx";
import { launchBrowser } from "./browser.ts";

const CONFIG = fileURLToPath(new URL("../../vite.sandbox.config.ts", import.meta.url));

/** Virtual time of a measurement: enough for every fault to show. */
export const UNTIL_MS = 5_000;
/** No delay hides behind the input delay, and nothing is drawn by chance. */
export const PLAIN = "?v=1&game=puck&delay=0&link=40";

export class SandboxPage {
  readonly page: Page;
  /** What the page threw since it was cleared. */
  readonly faults: string[] = [];
  readonly #address: string;
  readonly #close: () => Promise<void>;

  constructor(page: Page, address: string, close: () => Promise<void>) {
    this.page = page;
    this.#address = address;
    this.#close = close;
    page.on("pageerror", (error) => this.faults.push(String(error)));
  }

  static async launch(): Promise<SandboxPage> {
    const folder = await mkdtemp(join(tmpdir(), "tandem-sandbox-"));
    const inline = { configFile: CONFIG, logLevel: "silent", build: { outDir: folder } } as const;
    await build(inline);
    const server = await preview({ ...inline, preview: { port: 0, host: "127.0.0.1" } });
    const browser = await launchBrowser();
    const context = await browser.newContext({
      viewport: { width: 1280, height: 720 },
      permissions: ["clipboard-read", "clipboard-write"],
    });
    const { port } = server.httpServer.address() as AddressInfo;
    const close = async () => {
      await browser.close();
      await server.close();
      await rm(folder, { recursive: true, force: true });
    };
    const sandbox = new SandboxPage(await context.newPage(), `http://127.0.0.1:${port}/`, close);
    await sandbox.open("");
    return sandbox;
  }

  close(): Promise<void> {
    return this.#close();
  }

  /** Loads the page anew. */
  async open(search: string): Promise<void> {
    await this.page.goto(this.#address + search);
    await this.page.getByRole("button", { name: "Single tick" }).waitFor();
  }

  /** Begins that set-up and holds it still, so that only `measure` lets time pass. */
  async hold(search: string): Promise<void> {
    const { setUp } = setUpFromUrl(search);
    await this.page.evaluate((used) => {
      const { workbench } = window.sandbox;
      workbench.setPaused(true);
      workbench.start(used);
    }, setUp);
  }

  /** Begins the present set-up anew and runs it for a fixed virtual time. */
  measure(untilMs = UNTIL_MS): Promise<Summary> {
    return this.page.evaluate((untilMs) => {
      const { workbench, summary } = window.sandbox;
      workbench.start(workbench.setUp);
      workbench.run.advanceTo(untilMs);
      return summary();
    }, untilMs);
  }

  /** Until what is now true has been painted. */
  async painted(): Promise<void> {
    await this.page.evaluate(async () => {
      window.sandbox.workbench.refresh();
      for (let i = 0; i < 2; i++) await new Promise((done) => requestAnimationFrame(done));
    });
  }

  /** The row of a control, by its label. */
  control(label: string): Locator {
    return this.page.locator(`.tp-lblv:has(.tp-lblv_l:text-is("${label}"))`);
  }

  async setNumber(label: string, value: number): Promise<void> {
    await this.#fill(label, String(value));
  }

  async setText(label: string, value: string): Promise<void> {
    await this.#fill(label, value);
  }

  /** `title` is what the list shows. */
  async choose(label: string, title: string): Promise<void> {
    await this.control(label).locator("select").selectOption({ label: title });
  }

  async toggle(label: string): Promise<void> {
    await this.control(label).locator(".tp-ckbv_w").click();
  }

  async press(name: string): Promise<void> {
    await this.page.getByRole("button", { name, exact: true }).click();
  }

  async #fill(label: string, text: string): Promise<void> {
    const field = this.control(label).locator("input").last();
    await field.fill(text);
    await field.press("Enter");
  }
}
