/** One direct connection to one peer, made anew whenever it breaks, until it is closed. */
import type SimplePeer from "simple-peer";
import { type CandidatePair, readCandidatePair } from "./candidate-pair.ts";
import type { SendResult } from "./path-transport.ts";
import type { Channel } from "./transport.ts";

/** Any number both sides know; simple-peer's own channel takes the browser's first free one. */
const CONTROL_CHANNEL_ID = 100;

/** ICE through TURN over TCP takes a few seconds; longer means that a signal was lost. */
const ATTEMPT_TIMEOUT_MS = 12_000;

/** The wait before a new attempt doubles from the first to the second figure. */
const RETRY_FIRST_MS = 500;
const RETRY_LAST_MS = 8_000;

/** Parts of simple-peer that its types leave out. */
interface PeerInternals {
  readonly _pc: RTCPeerConnection;
}

/** A WebRTC description or candidate, with the attempt it belongs to. */
interface Signal {
  readonly type: string;
  readonly attempt: number;
}

export interface LinkOptions {
  readonly Peer: SimplePeer.SimplePeer;
  /** Exactly one side of a link makes the offers. */
  readonly isInitiator: boolean;
  readonly config: RTCConfiguration;
  sendSignal(data: string): void;
  /** Takes ownership of `bytes`. */
  onMessage(channel: Channel, bytes: Uint8Array): void;
}

function parseSignal(data: string): Signal | null {
  try {
    const value: unknown = JSON.parse(data);
    if (typeof value !== "object" || value === null) return null;
    const { type, attempt } = value as Partial<Signal>;
    return typeof type === "string" && Number.isSafeInteger(attempt) ? (value as Signal) : null;
  } catch {
    return null;
  }
}

/** The remote page closed its side on purpose; simple-peer reports that as an error. */
function isNormalClose(error: Error): boolean {
  return (error as Error & { code?: string }).code === "ERR_DATA_CHANNEL";
}

export class WebrtcLink {
  /** Why the last attempt failed; null after a success or a normal close. */
  fault: string | null = null;
  private readonly options: LinkOptions;
  private peer: SimplePeer.Instance | null = null;
  private control: RTCDataChannel | null = null;
  /** The initiator's clock, so that attempts of a reloaded page are newer than the old page's. */
  private attempt = 0;
  private failureCount = 0;
  private timer: ReturnType<typeof setTimeout> | null = null;
  private isClosed = false;

  constructor(options: LinkOptions) {
    this.options = options;
    if (options.isInitiator) this.open(Date.now());
  }

  get isOpen(): boolean {
    if (this.peer === null || !this.peer.connected || this.control?.readyState !== "open") {
      return false;
    }
    const state = this.connection?.iceConnectionState;
    return state === "connected" || state === "completed";
  }

  /** Never queues on the play channel: congestion control would delay every later packet too. */
  send(channel: Channel, bytes: Uint8Array): SendResult {
    if (!this.isOpen || this.peer === null || this.control === null) return "closed";
    try {
      if (channel === "control") {
        this.control.send(bytes as Uint8Array<ArrayBuffer>);
      } else {
        if (this.peer.bufferSize > 0) return "congested";
        this.peer.send(bytes);
      }
      return "sent";
    } catch {
      return "closed";
    }
  }

  /** Takes one signal of the remote side; anything unusable is ignored. */
  signal(data: string): void {
    const signal = parseSignal(data);
    if (signal === null || this.isClosed) return;
    if (signal.type === "restart") {
      const isCurrent = signal.attempt === this.attempt;
      if (this.options.isInitiator && isCurrent && this.peer !== null) this.fail();
      return;
    }
    const isNewOffer = !this.options.isInitiator && signal.attempt > this.attempt;
    if (isNewOffer) this.open(signal.attempt);
    if (signal.attempt !== this.attempt || this.peer === null || this.peer.destroyed) return;
    try {
      this.peer.signal(signal as unknown as SimplePeer.SignalData);
    } catch {
      this.fail();
    }
  }

  /** Null before the connection has chosen its candidates. */
  async candidatePair(): Promise<CandidatePair | null> {
    const connection = this.connection;
    return connection === null ? null : readCandidatePair(connection).catch(() => null);
  }

  close(): void {
    this.isClosed = true;
    this.drop();
  }

  private get connection(): RTCPeerConnection | null {
    return (this.peer as unknown as PeerInternals | null)?._pc ?? null;
  }

  private open(attempt: number): void {
    this.drop();
    this.attempt = Math.max(attempt, this.attempt + 1);
    const peer = new this.options.Peer({
      initiator: this.options.isInitiator,
      channelName: "play",
      channelConfig: { ordered: false, maxRetransmits: 0 },
      config: this.options.config,
      // Without it the stream may join two packets that wait together.
      objectMode: true,
    });
    this.peer = peer;
    const control = (peer as unknown as PeerInternals)._pc.createDataChannel("control", {
      negotiated: true,
      id: CONTROL_CHANNEL_ID,
      ordered: true,
    });
    this.control = control;
    control.binaryType = "arraybuffer";
    control.onmessage = (event: MessageEvent<unknown>) => {
      if (event.data instanceof ArrayBuffer) {
        this.options.onMessage("control", new Uint8Array(event.data));
      }
    };
    this.listen(peer);
    this.timer = setTimeout(() => this.fail(), ATTEMPT_TIMEOUT_MS);
  }

  private listen(peer: SimplePeer.Instance): void {
    peer.on("signal", (signal: SimplePeer.SignalData) => {
      if (this.peer !== peer) return;
      this.options.sendSignal(JSON.stringify({ ...signal, attempt: this.attempt }));
    });
    peer.on("connect", () => {
      if (this.peer !== peer) return;
      this.clearTimer();
      this.failureCount = 0;
      this.fault = null;
    });
    peer.on("data", (chunk: unknown) => {
      if (this.peer !== peer || !(chunk instanceof Uint8Array)) return;
      const { buffer, byteOffset, byteLength } = chunk;
      this.options.onMessage("play", new Uint8Array(buffer, byteOffset, byteLength));
    });
    peer.on("error", (error: Error) => {
      if (this.peer === peer) this.fault = isNormalClose(error) ? null : error.message;
    });
    peer.on("close", () => {
      if (this.peer === peer) this.fail();
    });
  }

  /** Drops what there is; the initiator tries again after a while, the other side asks it to. */
  private fail(): void {
    const failedAttempt = this.attempt;
    this.drop();
    if (this.isClosed) return;
    const waitMs = Math.min(RETRY_FIRST_MS * 2 ** this.failureCount, RETRY_LAST_MS);
    this.failureCount++;
    this.timer = setTimeout(() => {
      if (this.options.isInitiator) {
        this.open(Date.now());
      } else {
        this.options.sendSignal(JSON.stringify({ type: "restart", attempt: failedAttempt }));
        this.fail();
      }
    }, waitMs);
  }

  private drop(): void {
    this.clearTimer();
    const peer = this.peer;
    this.peer = null;
    this.control = null;
    peer?.destroy();
  }

  private clearTimer(): void {
    if (this.timer !== null) clearTimeout(this.timer);
    this.timer = null;
  }
}
