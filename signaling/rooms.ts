/** The rooms of a running server, as they act on each other. */
import type { Logger } from "pino";
import type { Clock } from "./clock.ts";
import type { GameReturns } from "./games/game-returns.ts";
import type { GameRooms } from "./games/game-rooms.ts";
import type { GameWatch } from "./games/game-watch.ts";
import type { PreparedGame } from "./games/prepared-game.ts";
import type { Settlement } from "./games/settlement.ts";
import type { TrialLines } from "./games/trial-lines.ts";
import type { MatchLog } from "./matchmaking/match-log.ts";
import type { WaitingRoom } from "./matchmaking/waiting-room.ts";
import type { EntryDesk } from "./participants/entry-desk.ts";
import type { Journey } from "./participants/journey.ts";
import type { Presence } from "./participants/presence.ts";
import type { Registration } from "./participants/registration.ts";
import type { DataFolder } from "./store/data-folder.ts";
import type { Database } from "./store/database.ts";
import type { GameTable } from "./store/game-table.ts";
import type { ParticipantTable } from "./store/participant-table.ts";
import type { ValueTable } from "./store/value-table.ts";

/** Everything the handlers act through. */
export interface Rooms {
  readonly experimentId: string;
  readonly folder: DataFolder;
  readonly database: Database;
  readonly participants: ParticipantTable;
  readonly values: ValueTable;
  readonly games: GameTable;
  readonly journey: Journey;
  readonly presence: Presence;
  readonly registration: Registration;
  readonly waitingRooms: ReadonlyMap<string, WaitingRoom>;
  readonly gameRooms: GameRooms;
  readonly trialLines: TrialLines;
  readonly matchLog: MatchLog;
  readonly settlement: Settlement;
  readonly watch: GameWatch;
  readonly returns: GameReturns;
  readonly entryDesk: EntryDesk;
  readonly prepared: ReadonlyMap<string, PreparedGame>;
  readonly clock: Clock;
  readonly log: Logger;
  show(subjectId: string): void;
}
