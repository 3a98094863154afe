/** Pages that hold the two ends of a transport, in one browser, with their signals carried between them. */
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { fileURLToPath } from "node:url";
import type { Browser, Page } from "playwright";
import { build } from "vite";
import { launchBrowser } from "../support/browser.ts";
import type { Carried, EndOptions } from "./webrtc-page.ts";

/** Bundled once for all hosts of a file. */
let bundled: Promise<string> | null = null;

/** As the participant's page is, with the same stand-in for simple-peer. */
async function bundlePage(): Promise<string> {
  const built = await build({
    configFile: false,
    logLevel: "silent",
    resolve: { alias: { "simple-peer": "simple-peer/simplepeer.min.js" } },
    build: {
      write: false,
      lib: {
        entry: fileURLToPath(new URL("./webrtc-page.ts", import.meta.url)),
        formats: ["es"],
        fileName: "page",
      },
      rolldownOptions: { output: { codeSplitting: false } },
    },
  });
  const result = [built].flat()[0];
  if (result === undefined || !("output" in result)) throw new Error("Vite built nothing.");
  return result.output[0].code;
}

/** Serves the page on a free port. */
async function serve(code: string): Promise<Server> {
  const server = createServer((request, response) => {
    const isScript = request.url === "/page.js";
    response.setHeader("content-type", isScript ? "text/javascript" : "text/html");
    response.end(isScript ? code : '<script type="module" src="/page.js"></script>');
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return server;
}

export interface PairOptions {
  readonly config?: RTCConfiguration;
  readonly hasRelay?: boolean;
  /** May change what one page says to the other, or keep it from being said. */
  readonly rewrite?: (carried: Carried, from: 0 | 1) => Promise<Carried | null>;
}

function deliver(page: Page, carried: Carried): Promise<void> {
  const take = (one: Carried) => {
    if (window.end === undefined) window.early?.push(one);
    else window.end.take(one);
  };
  return page.evaluate(take, carried).catch(() => {
    // The page is gone, as a participant's may be.
  });
}

export class PageHost {
  readonly #server: Server;
  readonly #browser: Browser;
  #pages: [Page | null, Page | null] = [null, null];
  /** Said before the other page was there. */
  #early: Carried[] = [];

  private constructor(server: Server, browser: Browser) {
    this.#server = server;
    this.#browser = browser;
  }

  static async start(trustedKeys: readonly string[] = []): Promise<PageHost> {
    bundled ??= bundlePage();
    return new PageHost(await serve(await bundled), await launchBrowser(trustedKeys));
  }

  /** Closes all pages. */
  async reset(): Promise<void> {
    const pages = this.#pages;
    this.#pages = [null, null];
    this.#early = [];
    for (const page of pages) await page?.context().close();
  }

  async stop(): Promise<void> {
    await this.#browser.close();
    this.#server.close();
  }

  /** In a context of its own; in the place of the page that was this end before. */
  async openPage(own: 0 | 1, options: PairOptions = {}): Promise<Page> {
    const context = await this.#browser.newContext();
    const page = await context.newPage();
    this.#pages[own] = page;
    const { rewrite = async (said: Carried) => said } = options;
    // In the order in which it was said, however long each takes to be rewritten.
    let carriedLast: Promise<unknown> = Promise.resolve();
    await page.exposeFunction("carry", (said: Carried) => {
      const rewritten = rewrite(said, own);
      carriedLast = carriedLast.then(async () => this.#carry(page, own, await rewritten));
    });
    await page.goto(`http://127.0.0.1:${(this.#server.address() as AddressInfo).port}/`);
    await page.waitForFunction(() => typeof window.connectEnd === "function");
    const { config = { iceServers: [] }, hasRelay = false } = options;
    const ends: EndOptions = { own, config, hasRelay };
    await page.evaluate((given) => window.connectEnd(given), ends);
    for (const carried of this.#early.splice(0)) await deliver(page, carried);
    return page;
  }

  #carry(page: Page, own: 0 | 1, carried: Carried | null): void {
    if (carried === null || this.#pages[own] !== page) return;
    const target = this.#pages[own === 0 ? 1 : 0];
    if (target === null) this.#early.push(carried);
    else void deliver(target, carried);
  }

  async openPair(options: PairOptions = {}): Promise<[Page, Page]> {
    const pair: [Page, Page] = [await this.openPage(0, options), await this.openPage(1, options)];
    await connected(pair);
    return pair;
  }
}

/** Resolves when both ends have a path. */
export async function connected(pages: readonly Page[], timeout = 30_000): Promise<void> {
  for (const page of pages) {
    await page.waitForFunction(() => window.end.isOpen() && window.end.isConnected(), null, {
      timeout,
    });
  }
}
