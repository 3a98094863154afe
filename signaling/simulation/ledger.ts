/** What the server told the participants of a run that it has, and the comparison with what it really keeps. */
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { isDeepStrictEqual } from "node:util";
import { readLog } from "../games/episode-log.ts";
import { isSecret } from "../participants/secret.ts";
import type { ClientMessage, SceneView } from "../protocol.ts";
import { fileName } from "../store/data-folder.ts";
import { Database } from "../store/database.ts";
import { GameTable } from "../store/game-table.ts";
import { type Participant, ParticipantTable } from "../store/participant-table.ts";
import type { Study } from "../study/index.ts";
import type { CrowdWatcher } from "./crowd.ts";

/** Everything that one participant was told. */
interface Account {
  secret: string | null;
  readonly codes: Set<string>;
  /** Place in the plan by visit, in the order in which they were shown. */
  readonly visits: Map<string, number>;
  readonly answers: Map<string, ClientMessage<"advance-scene">["answers"]>;
  /** By game and episode: each acknowledged frame. */
  readonly frames: Map<string, FrameLog>;
  readonly closes: ClientMessage<"close-episode">[];
  readonly finished: Set<string>;
}

interface FrameLog {
  readonly gameId: string;
  readonly episode: number;
  readonly texts: string[];
}

type LogMessage = Pick<ClientMessage<"episode-log">, "actions" | "flags" | "hashes">;

function frameText({ actions, flags, hashes }: LogMessage, index: number): string {
  return JSON.stringify([actions[index], flags[index], hashes[index]]);
}

interface Tables {
  readonly participants: ParticipantTable;
  readonly games: GameTable;
}

export class Ledger implements CrowdWatcher {
  readonly #accounts = new Map<string, Account>();

  get size(): number {
    return this.#accounts.size;
  }

  answered(subjectId: string, event: string, message: unknown, reply: unknown): void {
    const { ok } = reply as { ok: boolean };
    if (!ok) return;
    const account = this.#account(subjectId);
    switch (event) {
      case "register":
        account.secret = (reply as { secret: string }).secret;
        break;
      case "advance-scene": {
        const { visitId, answers } = message as ClientMessage<"advance-scene">;
        account.answers.set(visitId, answers);
        break;
      }
      case "episode-log":
        keepFrames(account, message as ClientMessage<"episode-log">, reply);
        break;
      case "close-episode":
        if ((reply as { isClosed: boolean }).isClosed) {
          account.closes.push(message as ClientMessage<"close-episode">);
        }
        break;
      case "finish-game":
        account.finished.add((message as ClientMessage<"finish-game">).gameId);
        break;
    }
  }

  shown(subjectId: string, view: SceneView, planIndex: number): void {
    const account = this.#account(subjectId);
    if ("code" in view && view.code !== null) account.codes.add(view.code);
    // An ending before its time is shown in the place of the visit that it ended.
    const isEarlyEnd = view.kind === "end" && view.outcome !== "completed";
    if (!isEarlyEnd && !account.visits.has(view.visitId)) {
      account.visits.set(view.visitId, planIndex);
    }
  }

  /** One sentence for everything acknowledged that is missing or differs, and for what is kept twice. */
  async compare(dataPath: string, study: Study): Promise<readonly string[]> {
    const database = new Database(join(dataPath, "tandem.sqlite"), Date.now());
    try {
      const participants = new ParticipantTable(database);
      const games = new GameTable(database);
      const findings: string[] = [];
      for (const [subjectId, account] of this.#accounts) {
        const participant = participants.find(subjectId);
        if (participant === null) {
          findings.push(`Participant ${subjectId} is not stored.`);
          continue;
        }
        const found = [
          ...ownFaults(participant, account),
          ...visitFaults(participant, account, participants),
          ...gameFaults(subjectId, account, games),
          ...(await fileFaults(dataPath, study, participant, account, { participants, games })),
        ];
        findings.push(...found.map((text) => `Participant ${subjectId}: ${text}`));
      }
      return [...findings, ...this.#sharedCodes()];
    } finally {
      database.close();
    }
  }

  #sharedCodes(): readonly string[] {
    const owners = new Map<string, string>();
    const findings: string[] = [];
    for (const [subjectId, { codes }] of this.#accounts) {
      for (const code of codes) {
        const other = owners.get(code);
        if (other !== undefined) findings.push(`${other} and ${subjectId} have the same code.`);
        owners.set(code, subjectId);
      }
    }
    return findings;
  }

  #account(subjectId: string): Account {
    const known = this.#accounts.get(subjectId);
    if (known !== undefined) return known;
    const account: Account = {
      secret: null,
      codes: new Set(),
      visits: new Map(),
      answers: new Map(),
      frames: new Map(),
      closes: [],
      finished: new Set(),
    };
    this.#accounts.set(subjectId, account);
    return account;
  }
}

function keepFrames(account: Account, message: ClientMessage<"episode-log">, reply: unknown) {
  const { ackFrame } = reply as { ackFrame: number };
  const { gameId, episode, fromFrame } = message;
  const key = `${gameId} ${episode}`;
  const log = account.frames.get(key) ?? { gameId, episode, texts: [] };
  account.frames.set(key, log);
  for (let i = 0; i < message.hashes.length && fromFrame + i < ackFrame; i++) {
    log.texts[fromFrame + i] = frameText(message, i);
  }
}

function ownFaults(participant: Participant, { secret, codes }: Account): readonly string[] {
  const faults: string[] = [];
  if (secret !== null && !isSecret(secret, participant.secretHash)) {
    faults.push("the secret it was given opens nothing any more.");
  }
  if (codes.size > 1) faults.push(`${codes.size} completion codes were shown.`);
  for (const code of codes) {
    if (code !== participant.completionCode) {
      faults.push(`the code ${code} was shown, ${participant.completionCode} is stored.`);
    }
  }
  return faults;
}

function visitFaults(
  { subjectId, outcome }: Participant,
  account: Account,
  participants: ParticipantTable,
): readonly string[] {
  const faults: string[] = [];
  for (const [visitId, planIndex] of account.visits) {
    const stored = participants.findVisit(subjectId, visitId)?.planIndex ?? null;
    if (stored !== planIndex) {
      faults.push(`visit ${visitId} was shown at place ${planIndex}, stored is ${stored}.`);
    }
  }
  for (const [visitId, answers] of account.answers) {
    const visit = participants.findVisit(subjectId, visitId);
    if (visit === null || visit.endedAtMs === null) {
      faults.push(`leaving ${visitId} was acknowledged and is not stored.`);
    } else if (visit.answers !== null && !isDeepStrictEqual(visit.answers, answers ?? {})) {
      faults.push(`the answers of ${visitId} differ.`);
    } else if (visit.answers === null && answers !== null) {
      faults.push(`the answers of ${visitId} are missing.`);
    }
  }
  const unseen = participants
    .visits(subjectId)
    .filter(({ visitId }) => !account.visits.has(visitId));
  // Somebody who vanished may have gone on without seeing where to.
  if (unseen.length > (outcome === null ? 1 : 0)) {
    faults.push(`visits nobody was shown: ${unseen.map(({ visitId }) => visitId).join(", ")}.`);
  }
  return faults;
}

function gameFaults(subjectId: string, account: Account, games: GameTable): readonly string[] {
  const faults: string[] = [];
  const seatOf = (gameId: string) =>
    games.players(gameId).find((player) => player.subjectId === subjectId) ?? null;
  for (const { gameId, episode, texts } of account.frames.values()) {
    const seat = seatOf(gameId);
    const where = `episode ${episode} of game ${gameId}`;
    if (seat === null) {
      faults.push(`frames of ${where} were acknowledged, the game is not stored.`);
      continue;
    }
    const log = readLog(games, gameId, episode, seat.playerIndex);
    if (log.hashes.length !== games.logLength(gameId, episode, seat.playerIndex)) {
      faults.push(`${where} has gaps or frames that are stored twice.`);
    }
    const lost = texts.findIndex((text, frame) => text !== frameText(log, frame));
    if (lost >= 0) faults.push(`frame ${lost} of ${where} was acknowledged and is not stored so.`);
  }
  for (const { gameId, episode, endFrame } of account.closes) {
    const seat = seatOf(gameId);
    const close = seat && games.findClose(gameId, episode, seat.playerIndex);
    if (close?.endFrame !== endFrame) {
      faults.push(`closing episode ${episode} of game ${gameId} is not stored.`);
    }
  }
  for (const gameId of account.finished) {
    if ((seatOf(gameId)?.endReason ?? null) === null) {
      faults.push(`the end of game ${gameId} is not stored.`);
    }
  }
  return faults;
}

/** Files hold what the state holds. */
async function fileFaults(
  dataPath: string,
  study: Study,
  participant: Participant,
  account: Account,
  { participants, games }: Tables,
): Promise<readonly string[]> {
  const { subjectId } = participant;
  const faults: string[] = [];
  const read = async (sceneId: string, name: string) => {
    const text = await readFile(join(dataPath, sceneId, name), "utf8").catch(() => null);
    if (text === null) faults.push(`the file ${sceneId}/${name} is missing.`);
    return text === null ? null : (JSON.parse(text) as Record<string, unknown>);
  };
  for (const { sceneId, visitId, visitNumber } of participants.visits(subjectId)) {
    const scene = study.scenes.find((one) => one.sceneId === sceneId);
    if (scene?.shouldExportMetadata !== true || !account.answers.has(visitId)) continue;
    const file = await read(sceneId, fileName.metadata(subjectId, visitNumber));
    const { answers } = participants.getVisit(subjectId, visitId);
    if (file !== null && !isDeepStrictEqual(file.answers, answers)) {
      faults.push(`the file of ${visitId} holds other answers.`);
    }
  }
  for (const { gameId, episode, texts } of account.frames.values()) {
    const seat = games.players(gameId).find((player) => player.subjectId === subjectId);
    const game = games.find(gameId);
    if (seat === undefined || game === null || texts.length === 0) continue;
    const { visitNumber } = seat;
    await read(game.sceneId, fileName.replay(subjectId, visitNumber, episode));
  }
  return faults;
}
