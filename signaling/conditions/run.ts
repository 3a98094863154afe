/** `tandem run file.toml`: serves conditions until somebody stops it. */
import { pino } from "pino";
import { say } from "../terminal.ts";
import { type RunningConditionsServer, startConditionsServer } from "./server.ts";

export interface ConditionsRunOptions {
  readonly port: number;
  readonly dataDir: string;
  readonly host?: string;
  readonly defaultParticipantIndex?: number;
  readonly adminToken?: string;
  readonly allowOrigin?: readonly string[];
}

/** What a script that started this process is told. */
export type ServerReady = Pick<RunningConditionsServer, "url" | "port" | "adminToken">;

/** Nobody could stop a server whose script has ended. */
function tellScript({ url, port, adminToken, close }: RunningConditionsServer): void {
  if (process.send === undefined) return;
  process.once("disconnect", () => void close().then(() => process.exit(0)));
  process.send({ url, port, adminToken } satisfies ServerReady);
}

/** Resolves when the server answers; the caller stops it. */
export async function runConditions(
  path: string,
  { allowOrigin, ...options }: ConditionsRunOptions,
): Promise<RunningConditionsServer> {
  const { LOG_LEVEL: level = "warn" } = process.env;
  const server = await startConditionsServer({
    ...options,
    path,
    log: pino({ level }, pino.destination(2)),
    ...(allowOrigin === undefined ? {} : { allowedOrigins: allowOrigin }),
    onShutdown: () => process.exit(0),
  });
  say(`Page               ${server.url}/`);
  say(`Requests           ${server.url}/api/docs`);
  if (server.adminToken !== null) say(`Admin token        ${server.adminToken}`);
  say("Stop               Ctrl-C");
  tellScript(server);
  return server;
}
