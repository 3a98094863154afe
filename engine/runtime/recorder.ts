/**
 * Carries an episode's confirmed frames to where they are kept: about once a second, one chunk
 * at a time, each kept here until it is acknowledged.
 */
import type { ConfirmedFrames } from "../record/confirmed-frames.ts";

/** Often enough that a closed laptop loses little, seldom enough that a server has hundreds of players. */
const FLUSH_INTERVAL_MS = 1_000;

/** Wait after a failed upload. */
const RETRY_AFTER_MS = 1_000;

export interface RecorderOptions {
  /** Most frames in one chunk. */
  readonly chunkFramesMax: number;
  /**
   * Stores a chunk and returns the first frame it does not hold yet; rejects when it could not.
   * The chunk is borrowed until the promise settles.
   */
  upload(chunk: ConfirmedFrames): Promise<number>;
  /** Told of each chunk as it is collected, for a copy that outlives the page. */
  keep?(chunk: ConfirmedFrames): void;
  /** Uploads nothing until it is drained; false by default. */
  isHeld?: boolean;
  /** Where the log goes on whose earlier frames are stored; 0 by default. */
  startFrame?: number;
}

type Columns = Readonly<Record<string, readonly unknown[]>>;

/** Every column by name; all have one entry per frame. */
function columnsOf({ actions, flags, hashes, observer }: ConfirmedFrames): Columns {
  return { actions, flags, hashes, ...observer };
}

function fromColumns(fromFrame: number, columns: Columns): ConfirmedFrames {
  const { actions, flags, hashes, ...observer } = columns;
  return { fromFrame, actions, flags, hashes, observer } as unknown as ConfirmedFrames;
}

function slice(frames: ConfirmedFrames, start: number, end: number): ConfirmedFrames {
  const columns = Object.entries(columnsOf(frames));
  const parts = columns.map(([name, column]) => [name, column.slice(start, end)]);
  return fromColumns(frames.fromFrame + start, Object.fromEntries(parts));
}

/** One record of chunks that follow each other. */
function join(first: ConfirmedFrames, rest: readonly ConfirmedFrames[]): ConfirmedFrames {
  if (rest.length === 0) return first;
  const all = [first, ...rest].map(columnsOf);
  const names = Object.keys(columnsOf(first));
  const joined = names.map((name) => [name, all.flatMap((columns) => columns[name] ?? [])]);
  return fromColumns(first.fromFrame, Object.fromEntries(joined));
}

export class Recorder {
  /** Frames below this one are stored. */
  ackFrame: number;
  /** Why the last upload failed; null after a success. */
  fault: string | null = null;
  private readonly options: RecorderOptions;
  /** Frames from `ackFrame` on, in chunks as they were collected. */
  private pending: ConfirmedFrames[] = [];
  private inFlight: Promise<void> | null = null;
  private notBeforeMs = 0;

  constructor(options: RecorderOptions) {
    this.options = options;
    this.ackFrame = options.startFrame ?? 0;
  }

  /** First frame that was not collected yet. */
  get endFrame(): number {
    const last = this.pending.at(-1);
    return last === undefined ? this.ackFrame : last.fromFrame + last.actions.length;
  }

  /** Takes the frames that became final, and owns them; throws if they do not follow the last ones. */
  collect(frames: ConfirmedFrames | null): void {
    if (frames === null || frames.actions.length === 0) return;
    if (frames.fromFrame !== this.endFrame) {
      throw new Error(`Expected confirmed frames from ${this.endFrame}, got ${frames.fromFrame}`);
    }
    this.pending.push(frames);
    this.options.keep?.(frames);
  }

  /** Starts an upload if one is due and none is under way; call it as often as convenient. */
  poll(nowMs: number): void {
    if (
      this.options.isHeld ||
      this.inFlight !== null ||
      nowMs < this.notBeforeMs ||
      this.pending.length === 0
    )
      return;
    this.notBeforeMs = nowMs + FLUSH_INTERVAL_MS;
    this.inFlight = this.uploadOnce();
  }

  /** Resolves when everything is stored; `wait` passes the time between failed uploads. */
  async drain(wait: (ms: number) => Promise<void>): Promise<void> {
    while (this.inFlight !== null || this.pending.length > 0) {
      this.inFlight ??= this.uploadOnce();
      await this.inFlight;
      if (this.fault !== null) await wait(RETRY_AFTER_MS);
    }
  }

  private async uploadOnce(): Promise<void> {
    const [first, ...rest] = this.pending;
    if (first === undefined) return;
    const all = join(first, rest);
    this.pending = [all];
    try {
      const ackFrame = await this.options.upload(slice(all, 0, this.options.chunkFramesMax));
      this.acknowledge(ackFrame);
      this.fault = null;
    } catch (error) {
      this.fault = error instanceof Error ? error.message : String(error);
    } finally {
      this.inFlight = null;
    }
  }

  private acknowledge(ackFrame: number): void {
    if (ackFrame < this.ackFrame) {
      throw new Error(`Expected an acknowledgement from ${this.ackFrame}, got ${ackFrame}`);
    }
    // The store may hold more than this recorder made: an earlier load of the page sent it.
    this.ackFrame = Math.min(ackFrame, this.endFrame);
    this.pending = this.pending
      .filter((chunk) => chunk.fromFrame + chunk.actions.length > this.ackFrame)
      .map((chunk) => {
        const stored = Math.max(0, this.ackFrame - chunk.fromFrame);
        return stored === 0 ? chunk : slice(chunk, stored, chunk.actions.length);
      });
  }
}
