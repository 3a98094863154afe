/**
 * The page's line to the server: registers after every connect, asks again until answered,
 * and says in one word how it stands.
 */
import type { Socket } from "socket.io-client";
import { isWithinBound } from "../message-bound.ts";
import type {
  ClientEvent,
  ClientMessage,
  ClientToServerEvents,
  RefusalReason,
  Reply,
  ReplyPayloads,
  ServerToClientEvents,
} from "../protocol.ts";
import { keepSecret, parametersOf, readSecret } from "./identity.ts";
import type { Outbox } from "./outbox.ts";
import { Store } from "./store.ts";

/** Checked by the compiler against the server's, without its schemas in the page. */
const PROTOCOL_VERSION: typeof import("../protocol.ts").PROTOCOL_VERSION = 6;

/** A server that takes longer to answer is treated as one that did not get the message. */
const REPLY_TIMEOUT_MS = 10_000;
const RETRY_AFTER_MS = 1_000;

const TOO_LONG = "This is too long to be sent: the most is 8 megabytes. Please shorten it.";

/** Refusals that a later try may not meet: the server restarts, its disk has room again, a flood is over. */
const PASSING_REFUSALS: readonly RefusalReason[] = [
  "not_registered",
  "storage_failed",
  "rate_limited",
];

export function isPassing(reason: RefusalReason): boolean {
  return PASSING_REFUSALS.includes(reason);
}

export type Line =
  | { readonly kind: "connecting" }
  | { readonly kind: "connected" }
  | { readonly kind: "reconnecting" }
  /** For good: this tab shows why and does nothing more. */
  | { readonly kind: "refused"; readonly reason: RefusalReason; readonly message: string };

export type Answer<E extends ClientEvent> = Reply<ReplyPayloads[E]>;

export type PageSocket = Socket<ServerToClientEvents, ClientToServerEvents>;

/** What of the socket is used without its per-event types, which cannot follow a type parameter. */
interface PlainSocket {
  emitWithAck(event: string, message: unknown): Promise<unknown>;
  emit(event: string, message: unknown): void;
}

/** Of socket.io's engine: what waits in the page, and in the browser where it is a WebSocket. */
interface EngineInternals {
  readonly writeBuffer: readonly unknown[];
  readonly transport?: { readonly ws?: { readonly bufferedAmount: number } };
}

/** What one tick sends at the most, with the log and the acknowledgements that may fall together. */
const WAITING_PACKETS_MAX = 8;

export const wait = (ms: number) => new Promise<void>((resolve) => setTimeout(resolve, ms));

export interface StudySocketOptions {
  readonly subjectId: string;
  readonly tabId: string;
  readonly outbox: Outbox;
  /** Fingers that the device can follow. */
  readonly touchPoints: number;
  /** What follows `?` in the address, with it. */
  readonly query: string;
  /** Makes the socket, which connects by itself. */
  connect(): PageSocket;
  /** Called in the order in which the server spoke. */
  readonly handlers: ServerToClientEvents;
  /** The game this page has running, which it keeps through a loss of the line; null for none. */
  playingGameId(): string | null;
  /** Called after each registration with what the server keeps for the participant. */
  onRegistered(kept: ReplyPayloads["register"]): void;
}

export class StudySocket {
  readonly line = new Store<Line>({ kind: "connecting" });
  private readonly socket: PageSocket;
  private readonly options: StudySocketOptions;

  /** Connects at once. */
  constructor(options: StudySocketOptions) {
    this.options = options;
    this.socket = options.connect();
    for (const [event, handler] of Object.entries(options.handlers)) {
      this.socket.on(event as keyof ServerToClientEvents, handler as never);
    }
    this.socket.on("connect", () => void this.register());
    this.socket.on("disconnect", () => this.lost());
    this.socket.on("closed", ({ reason, message }) => this.refuse(reason, message));
  }

  /** What is kept until the server has it. */
  get outbox(): Outbox {
    return this.options.outbox;
  }

  get subjectId(): string {
    return this.options.subjectId;
  }

  get isConnected(): boolean {
    return this.line.value.kind === "connected" && this.socket.connected;
  }

  /** Whether what was sent before is still waiting here: a play packet is then better skipped. */
  get isBacklogged(): boolean {
    const engine = this.socket.io.engine as unknown as EngineInternals | undefined;
    const waitingBytes = engine?.transport?.ws?.bufferedAmount ?? 0;
    return waitingBytes > 0 || (engine?.writeBuffer.length ?? 0) > WAITING_PACKETS_MAX;
  }

  /** One try. Rejects when the line is down or nobody answers in time; what is too long is refused here. */
  async request<E extends ClientEvent>(event: E, message: ClientMessage<E>): Promise<Answer<E>> {
    // The server would close the line, and the page would send it again over the next one, for ever.
    if (!isWithinBound(message)) return { ok: false, reason: "malformed", message: TOO_LONG };
    if (!this.isConnected) throw new Error("The connection to the study is down.");
    return this.ask(event, message);
  }

  /** Tries until the server has answered; a passing refusal counts as no answer. */
  async requestUntilAnswered<E extends ClientEvent>(
    event: E,
    message: ClientMessage<E>,
  ): Promise<Answer<E>> {
    for (;;) {
      if (this.line.value.kind === "refused") {
        const { reason, message: text } = this.line.value;
        return { ok: false, reason, message: text };
      }
      const answer = await this.request(event, message).catch(() => null);
      if (answer !== null && (answer.ok || !isPassing(answer.reason))) {
        return answer;
      }
      await wait(RETRY_AFTER_MS);
    }
  }

  /** Without waiting for an answer; lost while the line is down. */
  tell<E extends ClientEvent>(event: E, message: ClientMessage<E>): void {
    if (!this.isConnected) return;
    (this.socket as unknown as PlainSocket).emit(event, message);
  }

  /** For good, as when the tab is closed: whoever still asks is told so. */
  close(): void {
    this.refuse("not_registered", "The page has been closed.");
  }

  private ask<E extends ClientEvent>(event: E, message: ClientMessage<E>): Promise<Answer<E>> {
    const socket = this.socket.timeout(REPLY_TIMEOUT_MS) as unknown as PlainSocket;
    return socket.emitWithAck(event, message) as Promise<Answer<E>>;
  }

  private async register(): Promise<void> {
    const { subjectId, tabId } = this.options;
    const message = {
      protocolVersion: PROTOCOL_VERSION,
      subjectId,
      secret: readSecret(subjectId),
      tabId,
      playingGameId: this.options.playingGameId(),
      touchPoints: this.options.touchPoints,
      parameters: parametersOf(this.options.query),
    };
    const answer = await this.ask("register", message).catch(() => null);
    if (this.line.value.kind === "refused") return;
    if (answer === null) {
      // Half-open line: start over.
      if (this.socket.connected) this.socket.disconnect().connect();
    } else if (!answer.ok && isPassing(answer.reason)) {
      setTimeout(() => void this.register(), RETRY_AFTER_MS);
    } else if (answer.ok) {
      keepSecret(subjectId, answer.secret);
      this.line.set({ kind: "connected" });
      this.options.onRegistered(answer);
    } else {
      this.refuse(answer.reason, answer.message);
    }
  }

  private lost(): void {
    if (this.line.value.kind === "refused") return;
    this.line.set({ kind: "reconnecting" });
    // A server that closes the line is restarting; socket.io comes back by itself only otherwise.
    if (!this.socket.active) setTimeout(() => this.socket.connect(), RETRY_AFTER_MS);
  }

  private refuse(reason: RefusalReason, message: string): void {
    this.line.set({ kind: "refused", reason, message });
    this.socket.disconnect();
  }
}
