/** `tandem run file.toml`: serves conditions until somebody stops it. */
import { pino } from "pino";
import { buildPage } from "../page-build.ts";
import { type RunningConditionsServer, startConditionsServer } from "./server.ts";

export interface ConditionsRunOptions {
  readonly port: number;
  readonly dataDir: string;
  readonly host?: string;
  readonly defaultParticipantIndex?: number;
  readonly allowOrigin?: readonly string[];
}

const say = (line: string) => void process.stdout.write(`${line}\n`);

/** Resolves when the server answers; the caller stops it. */
export async function runConditions(
  path: string,
  { allowOrigin, ...options }: ConditionsRunOptions,
): Promise<RunningConditionsServer> {
  const { TANDEM_ADMIN_TOKEN: adminToken, LOG_LEVEL: level = "warn" } = process.env;
  const server = await startConditionsServer({
    ...options,
    path,
    log: pino({ level }, pino.destination(2)),
    ...(adminToken === undefined ? {} : { adminToken }),
    ...(allowOrigin === undefined ? {} : { allowedOrigins: allowOrigin }),
    onShutdown: () => process.exit(0),
  });
  // Whoever asks over REST needs no page.
  await buildPage(() => say("Building the page …")).catch((error: Error) =>
    process.stderr.write(`${error.message}\n`),
  );
  say(`Conditions         ${server.url}/`);
  say(`Requests           ${server.url}/api/docs`);
  if (server.adminToken !== null) say(`Admin token        ${server.adminToken}`);
  say("Stop               Ctrl-C");
  return server;
}
