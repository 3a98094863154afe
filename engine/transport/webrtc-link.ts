/**
 * One direct connection to one peer, until it is closed: a path that dies is searched anew within
 * the connection (an ICE restart), and a connection that does not come back is made anew.
 */
import type SimplePeer from "simple-peer";
import { type CandidatePair, readCandidatePair } from "./candidate-pair.ts";
import { parseSignal, type Signal } from "./link-signal.ts";
import type { SendResult } from "./path-transport.ts";
import type { Channel } from "./transport.ts";

/** Any number both sides know; simple-peer's own channel takes the browser's first free one. */
const CONTROL_CHANNEL_ID = 100;

/** ICE through TURN over TCP takes a few seconds; longer means that a signal was lost. */
const ATTEMPT_TIMEOUT_MS = 12_000;

/** The wait before a new attempt doubles from the first to the second figure. */
const RETRY_FIRST_MS = 500;
const RETRY_LAST_MS = 8_000;

/** How long a restart may take before the next, and how many are tried before a new connection. */
const RESTART_INTERVAL_MS = 3_000;
const RESTARTS_MAX = 4;

/** Parts of simple-peer that its types leave out. */
interface PeerInternals {
  readonly _pc: RTCPeerConnection;
}

export interface LinkOptions {
  readonly Peer: SimplePeer.SimplePeer;
  /** Exactly one side of a link makes the offers. */
  readonly isInitiator: boolean;
  readonly config: RTCConfiguration;
  sendSignal(data: string): void;
  /** Takes ownership of `bytes`. */
  onMessage(channel: Channel, bytes: Uint8Array): void;
  /** The connection is up, again, or over another candidate pair. */
  onPair(): void;
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
  private round = 0;
  private failureCount = 0;
  private isUp = false;
  /** Of the attempt, of a restart or of the wait for the next attempt: there is one thing to wait for. */
  private timer: ReturnType<typeof setTimeout> | null = null;
  private isClosed = false;

  constructor(options: LinkOptions) {
    this.options = options;
    if (options.isInitiator) this.open(Date.now());
  }

  get isOpen(): boolean {
    const isConnected = this.peer?.connected && this.control?.readyState === "open";
    return isConnected === true && this.isIceUp;
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
    if (signal.type === "restart" || signal.type === "restart-ice") {
      this.takeRequest(signal);
      return;
    }
    if (signal.type === "offer" && !this.options.isInitiator && !this.takeOffer(signal)) return;
    const isCurrent = signal.attempt === this.attempt && signal.round === this.round;
    if (!isCurrent || this.peer === null || this.peer.destroyed) return;
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

  /** The other page is a new one, which knows no attempt yet: what there is belongs to the old one. */
  renew(): void {
    if (this.isClosed) return;
    this.drop();
    this.failureCount = 0;
    this.round = 0;
    if (this.options.isInitiator) this.open(Date.now());
    else this.attempt = 0;
  }

  close(): void {
    this.isClosed = true;
    this.drop();
  }

  private get connection(): RTCPeerConnection | null {
    return (this.peer as unknown as PeerInternals | null)?._pc ?? null;
  }

  private get isIceUp(): boolean {
    const state = this.connection?.iceConnectionState;
    return state === "connected" || state === "completed";
  }

  private takeRequest({ type, attempt }: Signal): void {
    const isMine = this.options.isInitiator && attempt === this.attempt && this.peer !== null;
    if (!isMine) return;
    if (type === "restart") this.fail();
    else if (this.peer?.connected && this.timer === null) this.restartIce(1);
  }

  /** Whether the offer can be answered: a restart continues only what this very page began. */
  private takeOffer({ attempt, round }: Signal): boolean {
    if (attempt > this.attempt && round > 0) {
      this.tell("restart", attempt);
      return false;
    }
    if (attempt > this.attempt) this.open(attempt);
    if (attempt === this.attempt) this.round = round;
    return true;
  }

  private tell(type: "restart" | "restart-ice", attempt: number): void {
    this.options.sendSignal(JSON.stringify({ type, attempt, round: this.round }));
  }

  private open(attempt: number): void {
    this.drop();
    this.attempt = Math.max(attempt, this.attempt + 1);
    this.round = 0;
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
      const { attempt, round } = this;
      this.options.sendSignal(JSON.stringify({ ...signal, attempt, round }));
    });
    peer.on("iceStateChange", () => {
      if (this.peer === peer && peer.connected) this.iceChanged();
    });
    peer.on("connect", () => {
      if (this.peer !== peer) return;
      this.clearTimer();
      this.failureCount = 0;
      this.fault = null;
      const { sctp } = (peer as unknown as PeerInternals)._pc;
      // Not in Firefox, which tells of a new pair only by its states.
      sctp?.transport.iceTransport?.addEventListener("selectedcandidatepairchange", () => {
        if (this.peer === peer && this.isUp) this.options.onPair();
      });
      this.iceChanged();
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

  /** Of a connection that was up once. */
  private iceChanged(): void {
    if (this.isIceUp === this.isUp) return;
    this.isUp = this.isIceUp;
    if (this.isUp) {
      this.clearTimer();
      this.options.onPair();
    } else {
      this.restartIce(1);
    }
  }

  /** Searches for a path anew, a few times; packets go on as soon as one is found. */
  private restartIce(count: number): void {
    const { peer } = this;
    if (count > RESTARTS_MAX) {
      this.fail();
      return;
    }
    this.clearTimer();
    this.timer = setTimeout(() => {
      if (this.peer !== peer) return;
      if (this.isIceUp) this.clearTimer();
      else this.restartIce(count + 1);
    }, RESTART_INTERVAL_MS);
    if (this.options.isInitiator) void this.offerRestart();
    else this.tell("restart-ice", this.attempt);
  }

  private async offerRestart(): Promise<void> {
    const { peer, connection, attempt } = this;
    const round = ++this.round;
    try {
      await connection?.setLocalDescription(await connection.createOffer({ iceRestart: true }));
    } catch {
      // The next restart, or the new connection after the last, is the remedy.
      return;
    }
    const offer = connection?.localDescription;
    if (!offer || this.peer !== peer || this.round !== round) return;
    const { type, sdp } = offer;
    this.options.sendSignal(JSON.stringify({ type, sdp, attempt, round }));
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
        this.tell("restart", failedAttempt);
        this.fail();
      }
    }, waitMs);
  }

  private drop(): void {
    this.clearTimer();
    const peer = this.peer;
    this.peer = null;
    this.control = null;
    this.isUp = false;
    peer?.destroy();
  }

  private clearTimer(): void {
    if (this.timer !== null) clearTimeout(this.timer);
    this.timer = null;
  }
}
