/** Reads the submissions that Prolific exports as CSV. */
import { parse } from "csv-parse/sync";
import { DataError } from "../store/data-folder.ts";

export interface Submission {
  readonly submissionId: string;
  readonly participantId: string;
  /** In capitals, as Prolific writes it: APPROVED, AWAITING REVIEW, RETURNED, … */
  readonly status: string;
  /** Null where none was handed in (`NOCODE`). */
  readonly code: string | null;
  readonly startedAt: string;
}

/** By heading in small letters; the second of each is that of older exports. */
const HEADINGS = {
  submissionId: ["submission id", "session_id"],
  participantId: ["participant id", "participant_id"],
  status: ["status", "status"],
  code: ["completion code", "entered_code"],
  startedAt: ["started at", "started_datetime"],
} as const;

const NEEDED = ["participantId", "status", "code"] as const;

/** @throws DataError when the file is no such export; `path` names it. */
export function parseProlificFile(path: string, text: string): readonly Submission[] {
  let rows: Record<string, string>[];
  try {
    const columns = (names: string[]) => names.map((name) => name.trim().toLowerCase());
    rows = parse(text, { bom: true, columns, skip_empty_lines: true, trim: true });
  } catch (error) {
    throw new DataError(`${path} is not a CSV file: ${(error as Error).message}`);
  }
  const [first] = rows;
  if (first === undefined) throw new DataError(`${path} holds no submissions.`);
  const nameOf = (field: keyof typeof HEADINGS) => HEADINGS[field].find((name) => name in first);
  const missing = NEEDED.find((field) => nameOf(field) === undefined);
  if (missing !== undefined) {
    throw new DataError(
      `Expected ${path} to be an export of Prolific with a column \`${HEADINGS[missing][0]}\`, got ${Object.keys(first).slice(0, 10).join(", ")}.`,
    );
  }
  return rows.map((row) => {
    const cell = (field: keyof typeof HEADINGS) => row[nameOf(field) ?? ""] ?? "";
    const code = cell("code");
    return {
      submissionId: cell("submissionId"),
      participantId: cell("participantId"),
      status: cell("status").toUpperCase().replace(/[_-]/g, " "),
      code: code === "" || code.toUpperCase() === "NOCODE" ? null : code,
      startedAt: cell("startedAt"),
    };
  });
}
