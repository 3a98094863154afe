/** Everything that comes in over a socket: parsed, attributed to a participant, answered; nothing escapes. */
import type { IncomingMessage } from "node:http";
import type { Logger } from "pino";
import type { Socket, Server as SocketServer } from "socket.io";
import type { Clock } from "./clock.ts";
import type { AddressLimit } from "./limits/address-limit.ts";
import type { Limits } from "./limits/limits.ts";
import { SessionLimit } from "./limits/session-limit.ts";
import type { Connection } from "./participants/presence.ts";
import {
  CLIENT_MESSAGES,
  type ClientEvent,
  type ClientMessage,
  type ClientToServerEvents,
  type RefusalReason,
  type Reply,
  type ReplyPayloads,
  type ServerToClientEvents,
} from "./protocol.ts";
import type { Database } from "./store/database.ts";

export type StudySocketServer = SocketServer<ClientToServerEvents, ServerToClientEvents>;
type StudySocket = Socket<ClientToServerEvents, ServerToClientEvents>;

/** What a handler decides; `after` runs once the answer is on its way. */
export interface Handled<E extends ClientEvent> {
  readonly reply: Reply<ReplyPayloads[E]>;
  after?(): void;
}

/** One page's socket; `subjectId` is null before it is registered. */
export interface PageSession {
  subjectId: string | null;
  /** Whether the page has said anything after it was let in: it has its secret. */
  hasSpoken: boolean;
  readonly socket: StudySocket;
  readonly limit: SessionLimit;
}

/** Handlers of registered pages are called with the participant's id. */
export type Handlers = {
  readonly [E in Exclude<ClientEvent, "register">]: (
    subjectId: string,
    message: ClientMessage<E>,
  ) => Handled<E> | Promise<Handled<E>>;
} & {
  readonly register: (
    session: PageSession,
    message: ClientMessage<"register">,
  ) => Promise<Handled<"register">>;
  /** Called once, before the page's first message after its registration. */
  readonly spoken: (subjectId: string) => void;
  readonly disconnect: (session: PageSession) => void;
};

/** What the gateway needs of the state. */
export type Store = Pick<Database, "durable" | "whenDurable">;

type AnyHandler = (first: unknown, message: unknown) => Handled<ClientEvent> | Promise<never>;

/** What passes between players rests on nothing but their game, of which they could not know too early. */
const PASSING_BY: readonly string[] = ["relay", "signal", "report-ping"];

/** What a page is told waits until what it rests on is on disk. */
export function connectionOf(socket: StudySocket, tabId: string, store: Store): Connection {
  return {
    id: socket.id,
    tabId,
    isOpen: () => socket.connected,
    send(event, ...message) {
      const send = () => void socket.emit(event, ...message);
      if (PASSING_BY.includes(event)) send();
      else store.whenDurable(send);
    },
    close: () => void socket.disconnect(true),
  };
}

function refusal(reason: RefusalReason, message: string) {
  return { ok: false, reason, message } as const;
}

/** As in the state, ids that differ only in upper and lower case are one participant. */
function isOthers(session: PageSession, subjectId: string): boolean {
  return session.subjectId !== null && session.subjectId.toLowerCase() !== subjectId.toLowerCase();
}

async function handle(
  handlers: Handlers,
  session: PageSession,
  event: ClientEvent,
  raw: unknown,
  log: Logger,
): Promise<Handled<ClientEvent>> {
  const parsed = CLIENT_MESSAGES[event].safeParse(raw);
  if (!parsed.success) {
    const issue = parsed.error.issues[0];
    const message = `${issue?.path.join(".") || "message"}: ${issue?.message}`.slice(0, 300);
    log.warn({ event, subjectId: session.subjectId, message }, "malformed message refused");
    return { reply: refusal("malformed", message) };
  }
  const handler = handlers[event] as AnyHandler;
  if (event === "register") {
    const { subjectId } = parsed.data as ClientMessage<"register">;
    if (isOthers(session, subjectId)) {
      return { reply: refusal("duplicate_session", "This page belongs to somebody else.") };
    }
    return handler(session, parsed.data);
  }
  if (session.subjectId === null) {
    return { reply: refusal("not_registered", "Register first.") };
  }
  if (!session.hasSpoken) handlers.spoken(session.subjectId);
  session.hasSpoken = true;
  return handler(session.subjectId, parsed.data);
}

async function receive(
  handlers: Handlers,
  session: PageSession,
  event: string,
  parts: readonly unknown[],
  { store, clock, log }: GatewayOptions,
): Promise<void> {
  const last = parts.at(-1);
  const answer = typeof last === "function" ? (last as (reply: unknown) => void) : () => {};
  try {
    if (!isWithin(session, event, clock.nowMs(), log)) {
      return answer(refusal("rate_limited", "Too many messages at once. Please wait a moment."));
    }
    if (!Object.hasOwn(CLIENT_MESSAGES, event)) {
      log.warn({ event: event.slice(0, 100) }, "unknown event refused");
      return answer(refusal("malformed", "Unknown event."));
    }
    const handled = await handle(handlers, session, event as ClientEvent, parts[0], log);
    if (!handled.reply.ok && handled.reply.reason !== "malformed") {
      log.info({ event, subjectId: session.subjectId, ...handled.reply }, "refused");
    }
    if (!PASSING_BY.includes(event)) await store.durable();
    answer(handled.reply);
    handled.after?.();
  } catch (error) {
    log.error({ event, subjectId: session.subjectId, err: error }, "a message failed");
    answer(refusal("storage_failed", "The server could not store this. Please try again."));
  }
}

/** Whether the page may send this, too; a flood ends its connection. */
function isWithin(
  { limit, socket, subjectId }: PageSession,
  event: string,
  nowMs: number,
  log: Logger,
): boolean {
  const verdict = limit.take(nowMs);
  if (verdict === "spent" || verdict === "flood") {
    const text = verdict === "spent" ? "messages refused" : "connection closed";
    log.warn({ subjectId, event: event.slice(0, 100) }, `too many messages: ${text}`);
  }
  if (verdict === "flood") socket.disconnect(true);
  return verdict === "ok";
}

const TOO_MANY_CONNECTIONS = "Too many new connections from this address. Please wait a moment.";

/**
 * Decides who may connect at all; the answer to others is status 403 with the reason.
 * `limit` must be the server's only one.
 */
export function admitConnection(limit: AddressLimit, clock: Clock, log: Logger) {
  return (
    request: IncomingMessage,
    decide: (reason: string | null | undefined, isAdmitted: boolean) => void,
  ): void => {
    const address = limit.addressOf(request);
    const isAdmitted = limit.admit(address, clock.nowMs());
    if (!isAdmitted) log.warn({ address }, "too many new connections from one address: refused");
    decide(isAdmitted ? null : TOO_MANY_CONNECTIONS, isAdmitted);
  };
}

export interface GatewayOptions {
  readonly store: Store;
  readonly clock: Clock;
  readonly limits: Limits;
  readonly log: Logger;
}

/** Connects every socket to the handlers. */
export function openGateway(
  io: StudySocketServer,
  handlers: Handlers,
  options: GatewayOptions,
): void {
  const { log, clock, limits } = options;
  io.on("connection", (socket) => {
    const limit = new SessionLimit(limits, clock.nowMs());
    const session: PageSession = { subjectId: null, hasSpoken: false, socket, limit };
    // A message over the bound is never read: its connection is closed with WebSocket's own code for it, 1009.
    socket.conn.once("close", (reason: string, cause?: Error) => {
      if (reason !== "transport error") return;
      log.warn({ subjectId: session.subjectId, err: cause }, "a connection failed");
    });
    socket.onAny((event: string, ...parts: unknown[]) => {
      void receive(handlers, session, event, parts, options);
    });
    socket.on("disconnect", () => {
      try {
        handlers.disconnect(session);
      } catch (error) {
        log.error({ subjectId: session.subjectId, err: error }, "a disconnect failed");
      }
    });
  });
}
