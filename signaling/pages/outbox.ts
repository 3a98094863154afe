/**
 * What the server has not acknowledged yet, in the browser's own database: it outlives a reload or a crash
 * of the page. Where the browser keeps nothing, it lives as long as the page, in the recorder that made it.
 */
import { type DBSchema, type IDBPDatabase, type IDBPTransaction, openDB } from "idb";
import type { ConfirmedFrames } from "../../engine/index.ts";
import type { ClientMessage } from "../protocol.ts";

type CloseMessage = ClientMessage<"close-episode">;

/** One chunk of an episode, or its closing. */
type Kept =
  | { readonly kind: "frames"; readonly frames: ConfirmedFrames }
  /** `isLast`: with it the whole game was played out. */
  | { readonly kind: "close"; readonly message: CloseMessage; readonly isLast: boolean };

/** The number is the chunk's first frame; a closing follows all frames. */
type Key = [subjectId: string, gameId: string, episode: number, order: number];

const CLOSE_ORDER = Number.POSITIVE_INFINITY;

interface Schema extends DBSchema {
  kept: { key: Key; value: Kept };
}

/** What an earlier load of the page left of one episode. */
export interface LeftEpisode {
  readonly gameId: string;
  readonly episode: number;
  /** In order. */
  readonly frames: readonly ConfirmedFrames[];
  readonly close: Extract<Kept, { kind: "close" }> | null;
}

type Transaction = IDBPTransaction<Schema, ["kept"], "readwrite">;

interface Change {
  readonly run: (store: Transaction["store"]) => Promise<unknown>;
  readonly done: (isKept: boolean) => void;
}

/** A browser that has not opened its database by then will not soon, and the study must go on. */
const OPEN_TIMEOUT_MS = 3_000;

export class Outbox {
  /** What was there when this page opened it. */
  left: readonly LeftEpisode[] = [];
  /** Resolves when the server has that, or has refused it for good. */
  leftHandedIn: Promise<void> = Promise.resolve();
  /** The game among them that was played out, until the server knows that it was. */
  finishedGameId: string | null = null;
  private readonly subjectId: string;
  private database: IDBPDatabase<Schema> | null = null;
  private waiting: Change[] = [];
  private isWriting = false;
  /** Why nothing is kept; null while all is well. */
  private broken: string | null = null;
  private onFault: ((message: string) => void) | null = null;

  private constructor(subjectId: string) {
    this.subjectId = subjectId;
  }

  /** Never rejects: without a database what is given to the outbox is simply not kept. */
  static async open(subjectId: string): Promise<Outbox> {
    const outbox = new Outbox(subjectId);
    try {
      const late = new Promise<never>((_, reject) => {
        setTimeout(() => reject(new Error("it does not open")), OPEN_TIMEOUT_MS);
      });
      await Promise.race([outbox.load(), late]);
    } catch (error) {
      outbox.fail(error);
    }
    return outbox;
  }

  /** Tells, once, why the browser keeps nothing; also of what happened before. */
  reportFaults(report: (message: string) => void): void {
    this.onFault = report;
    if (this.broken !== null) report(this.broken);
  }

  /** Resolves when the frames would outlive the page; false when they do not. */
  keepFrames(gameId: string, episode: number, frames: ConfirmedFrames): Promise<boolean> {
    return this.put([this.subjectId, gameId, episode, frames.fromFrame], {
      kind: "frames",
      frames,
    });
  }

  keepClose(message: CloseMessage, isLast: boolean): Promise<boolean> {
    const key: Key = [this.subjectId, message.gameId, message.episode, CLOSE_ORDER];
    return this.put(key, { kind: "close", message, isLast });
  }

  /** Removes the chunks that begin at `lastFrame` or before; all of the episode without one. */
  forget(gameId: string, episode: number, lastFrame = CLOSE_ORDER): void {
    const of = (order: number): Key => [this.subjectId, gameId, episode, order];
    void this.change((store) => store.delete(IDBKeyRange.bound(of(0), of(lastFrame))));
  }

  private async load(): Promise<void> {
    const database = await openDB<Schema>("tandem", 1, {
      upgrade: (created) => void created.createObjectStore("kept"),
    });
    const range = IDBKeyRange.bound([this.subjectId], [this.subjectId, []]);
    const keys = await database.getAllKeys("kept", range);
    const values = await database.getAll("kept", range);
    const episodes = new Map<string, { -readonly [K in keyof LeftEpisode]: LeftEpisode[K] }>();
    keys.forEach(([, gameId, episode], i) => {
      const id = JSON.stringify([gameId, episode]);
      const left = episodes.get(id) ?? { gameId, episode, frames: [], close: null };
      const value = values[i];
      if (value?.kind === "frames") left.frames = [...left.frames, value.frames];
      if (value?.kind === "close") left.close = value;
      episodes.set(id, left);
    });
    this.left = [...episodes.values()];
    this.finishedGameId = this.left.find(({ close }) => close?.isLast)?.gameId ?? null;
    this.database = database;
  }

  private put(key: Key, value: Kept): Promise<boolean> {
    return this.change((store) => store.put(value, key));
  }

  private change(run: Change["run"]): Promise<boolean> {
    if (this.database === null || this.broken !== null) return Promise.resolve(false);
    return new Promise((done) => {
      this.waiting.push({ run, done });
      void this.write();
    });
  }

  /** All that came in during one write goes into the next: a chunk a frame costs a few writes a second. */
  private async write(): Promise<void> {
    if (this.isWriting || this.database === null) return;
    this.isWriting = true;
    while (this.waiting.length > 0) {
      const changes = this.waiting.splice(0);
      const isKept = this.broken === null && (await this.writeOnce(changes));
      for (const { done } of changes) done(isKept);
    }
    this.isWriting = false;
  }

  private async writeOnce(changes: readonly Change[]): Promise<boolean> {
    try {
      // The page's crash is what has to be outlived, not the computer's.
      const options = { durability: "relaxed" } as const;
      const transaction = this.database?.transaction(["kept"], "readwrite", options) as Transaction;
      await Promise.all([...changes.map(({ run }) => run(transaction.store)), transaction.done]);
      return true;
    } catch (error) {
      this.fail(error);
      return false;
    }
  }

  /** From now on nothing is kept: a gap in the chunks would make the later ones worthless. */
  private fail(error: unknown): void {
    if (this.broken !== null) return;
    this.broken = `The browser keeps no copy of what is not sent yet: ${String(error)}`;
    this.onFault?.(this.broken);
  }
}
