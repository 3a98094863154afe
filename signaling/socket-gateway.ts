/** Everything that comes in over a socket: parsed, attributed to a participant, answered; nothing escapes. */
import type { Logger } from "pino";
import type { Socket, Server as SocketServer } from "socket.io";
import type { Connection } from "./participants/presence.ts";
import {
  CLIENT_MESSAGES,
  type ClientEvent,
  type ClientMessage,
  type ClientToServerEvents,
  type Reply,
  type ReplyPayloads,
  type ServerToClientEvents,
} from "./protocol.ts";

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

type AnyHandler = (first: unknown, message: unknown) => Handled<ClientEvent> | Promise<never>;

export function connectionOf(socket: StudySocket, tabId: string): Connection {
  return {
    id: socket.id,
    tabId,
    isOpen: () => socket.connected,
    send: (event, ...message) => void socket.emit(event, ...message),
    close: () => void socket.disconnect(true),
  };
}

function refusal(reason: "malformed" | "not_registered" | "storage_failed", message: string) {
  return { ok: false, reason, message } as const;
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
  if (event === "register") return handler(session, parsed.data);
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
  log: Logger,
): Promise<void> {
  const last = parts.at(-1);
  const answer = typeof last === "function" ? (last as (reply: unknown) => void) : () => {};
  try {
    if (!Object.hasOwn(CLIENT_MESSAGES, event)) {
      log.warn({ event: event.slice(0, 100) }, "unknown event refused");
      return answer(refusal("malformed", "Unknown event."));
    }
    const handled = await handle(handlers, session, event as ClientEvent, parts[0], log);
    if (!handled.reply.ok && handled.reply.reason !== "malformed") {
      log.info({ event, subjectId: session.subjectId, ...handled.reply }, "refused");
    }
    answer(handled.reply);
    handled.after?.();
  } catch (error) {
    log.error({ event, subjectId: session.subjectId, err: error }, "a message failed");
    answer(refusal("storage_failed", "The server could not store this. Please try again."));
  }
}

/** Connects every socket to the handlers. */
export function openGateway(io: StudySocketServer, handlers: Handlers, log: Logger): void {
  io.on("connection", (socket) => {
    const session: PageSession = { subjectId: null, hasSpoken: false, socket };
    socket.onAny((event: string, ...parts: unknown[]) => {
      void receive(handlers, session, event, parts, log);
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
