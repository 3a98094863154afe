/** What the page of a conditions server gets and sends; imported by both, imports nothing. */

export interface ParticipantRow {
  readonly participantIndex: number;
  /** From 0; null before the first block, as many as there are blocks after the last. */
  readonly blockId: number | null;
  readonly blocksCount: number;
  /** Null before the first block and after the last. */
  readonly blockName: string | null;
}

export interface ChangeRow {
  /** `block 2` or a block's name and key. */
  readonly place: string;
  readonly before: string | null;
  readonly after: string | null;
  readonly participants: readonly number[];
}

export interface FileChange {
  /** ISO 8601. */
  readonly at: string;
  readonly changes: readonly ChangeRow[];
}

/** The whole study at a glance. */
export interface ConditionsView {
  /** The file's name. */
  readonly file: string;
  readonly defaultParticipantIndex: number;
  /** Whether changes need the admin token. */
  readonly isGuarded: boolean;
  /** What is wrong with the file as saved, while an earlier one stays in use. */
  readonly fault: string | null;
  readonly lastChange: FileChange | null;
  readonly participants: readonly ParticipantRow[];
}

export interface BlockView {
  readonly name: string;
  /** JSON. */
  readonly config: string;
}

/** One participant's blocks, and the current one's lines in the file. */
export interface ParticipantView {
  readonly participantIndex: number;
  readonly blocks: readonly BlockView[];
  /** Null if there is no current block or it does not stand in one piece. */
  readonly source: string | null;
}

/** Other lines for a block of the file. */
export interface BlockEdit {
  readonly blockName: string;
  /** The lines as they were when the edit began, so that nobody else's edit is lost. */
  readonly before: string;
  readonly after: string;
  /** False only asks what would change. */
  readonly isWritten: boolean;
}

/** What an edit changes or would change. */
export interface EditResult {
  readonly changes: readonly ChangeRow[];
}
