/** Writes what a page reports of a difference as one file, on disk before it is acknowledged. */
import { type Environment, episodeFramesMax, isAction, pausePolicyOf } from "../../engine/index.ts";
import type { ClientMessage } from "../protocol.ts";
import { type DataFolder, fileName } from "../store/data-folder.ts";
import type { DesyncFile } from "../store/desync-schema.ts";
import type { Game, GamePlayer, GameTable } from "../store/game-table.ts";
import { seatsOf } from "./episode-file.ts";
import { readLog } from "./episode-log.ts";

type Report = ClientMessage<"desync-report">;

export interface BundleOptions {
  readonly experimentId: string;
  readonly table: GameTable;
  readonly folder: DataFolder;
  readonly environment: Environment;
  readonly players: readonly GamePlayer[];
  readonly seat: GamePlayer;
}

export type BundleResult =
  | { readonly kind: "stored" }
  /** No log holds the frames before the report's own. */
  | { readonly kind: "log-too-short" }
  | { readonly kind: "malformed"; readonly message: string };

function faultOf(report: Report, { environment, players, seat }: BundleOptions, game: Game) {
  const { actions, flags, frame, verifiedFrame, fromFrame, peer, episode } = report;
  const { actionSpaces } = environment;
  if (episode >= game.settings.seeds.length) return `The game has no episode ${episode}.`;
  if (peer === seat.playerIndex || peer >= players.length) return `There is no partner ${peer}.`;
  const { session, fps, maxSteps } = game.settings;
  const framesMax = episodeFramesMax(pausePolicyOf(session, fps), maxSteps, actionSpaces.length);
  if (frame > framesMax || verifiedFrame >= frame) {
    return `Expected frames up to ${framesMax}, the agreed one before the other.`;
  }
  if (fromFrame + actions.length !== frame || flags.length !== actions.length) {
    return `Expected inputs of frames ${fromFrame} to ${frame - 1}.`;
  }
  const isRight = (row: readonly unknown[]) =>
    row.length === actionSpaces.length && actionSpaces.every((space, i) => isAction(space, row[i]));
  if (!actions.every(isRight) || flags.some((row) => row.length !== actionSpaces.length)) {
    return "Expected actions of the environment and flags, one of each per player.";
  }
  return null;
}

/** Null for text that is no JSON, which no page of ours sends. */
function parseStates({ states }: Report): Report["states"] | null {
  try {
    const parse = (text: string | null) => (text === null ? null : JSON.parse(text));
    return { agreed: parse(states.agreed), ours: parse(states.ours), theirs: parse(states.theirs) };
  } catch {
    return null;
  }
}

function bundleOf(
  report: Report,
  states: Report["states"],
  inputs: Pick<DesyncFile, "actions" | "flags">,
  { experimentId, players, seat }: BundleOptions,
  game: Game,
): DesyncFile {
  const { settings } = game;
  const { frame, ours, theirs, episode } = report;
  return {
    formatVersion: 1,
    experimentId,
    sceneId: game.sceneId,
    subjectId: seat.subjectId,
    visitNumber: seat.visitNumber,
    gameId: game.gameId,
    playerIndex: seat.playerIndex,
    peerIndex: report.peer,
    episode,
    index: report.index,
    environment: { id: settings.environmentId, digest: settings.environmentDigest },
    config: settings.config,
    configDigest: settings.configDigest,
    session: settings.session,
    pausePolicy: pausePolicyOf(settings.session, settings.fps),
    seed: settings.seeds[episode] as number,
    maxSteps: settings.maxSteps,
    fps: settings.fps,
    players: seatsOf(game, players),
    ...inputs,
    agreed: { frame: report.verifiedFrame, hash: report.agreedHash, state: states.agreed },
    differing: {
      frame,
      ours: { hash: ours, state: states.ours },
      theirs: { hash: theirs, state: states.theirs },
    },
    located: report.located,
    software: report.software,
    atMs: report.atMs,
  };
}

/** Stores the report once; one that says more, as the partner's state has come, replaces one that says less. */
export async function storeDesync(report: Report, options: BundleOptions): Promise<BundleResult> {
  const { table, folder, players, seat } = options;
  const { gameId, episode, index, fromFrame } = report;
  const game = table.get(gameId);
  const fault = faultOf(report, options, game);
  if (fault !== null) return { kind: "malformed", message: fault };
  const states = parseStates(report);
  if (states === null) return { kind: "malformed", message: "Expected the states as JSON." };
  const name = fileName.desync(seat.subjectId, seat.visitNumber, episode, index);
  const stored = (await folder.readJson(game.sceneId, name)) as DesyncFile | null;
  if (stored !== null && (stored.differing.theirs.state !== null || states.theirs === null)) {
    return { kind: "stored" };
  }
  // The reporter's own log first; a partner's holds the same inputs.
  const holder = [seat, ...players].find(
    ({ playerIndex }) => table.logLength(gameId, episode, playerIndex) >= fromFrame,
  );
  if (holder === undefined) return { kind: "log-too-short" };
  const log = readLog(table, gameId, episode, holder.playerIndex);
  const inputs = {
    actions: [...log.actions.slice(0, fromFrame), ...report.actions],
    flags: [...log.flags.slice(0, fromFrame), ...report.flags],
  };
  const file = bundleOf(report, states, inputs, options, game);
  await folder.writeJson(game.sceneId, name, file, "compact");
  return { kind: "stored" };
}
