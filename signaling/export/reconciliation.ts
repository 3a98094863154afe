/** Holds a panel's submissions against the data: whom to approve, whom to look at, whom to reject, and why. */
import type { Outcome } from "../protocol.ts";
import type { ParticipantRecord } from "./participant-record.ts";
import type { Submission } from "./prolific-file.ts";

/** `none`: nothing is to be done. */
export type Suggestion = "approve" | "check" | "reject" | "none";

export interface Finding {
  readonly suggestion: Suggestion;
  readonly reason: string;
  readonly subjectId: string | null;
  readonly participantId: string | null;
  readonly submissionId: string | null;
  readonly status: string | null;
  readonly outcome: Outcome | null;
  /** The code that was issued here, and the one that was handed in there. */
  readonly issuedCode: string | null;
  readonly submittedCode: string | null;
}

/** The panel's name of its participants; the subject id stands in where the study takes no such parameter. */
const PARTICIPANT_PARAMETER = "PROLIFIC_PID";

/** Submissions that ask for no decision. */
const SETTLED = ["APPROVED", "PARTIALLY APPROVED", "REJECTED", "SCREENED OUT"];
const WITHDRAWN = ["RETURNED", "TIMED OUT"];
/** Ways out that a participant did not choose and may have to be paid for. */
const BLAMELESS: readonly Outcome[] = [
  "lobby_timeout",
  "partner_exclusion",
  "partner_disconnected",
  "technical",
  "researcher_ended",
];

export function panelIdOf({ panel, subjectId }: ParticipantRecord): string {
  return panel[PARTICIPANT_PARAMETER] ?? subjectId;
}

type Verdict = Pick<Finding, "suggestion" | "reason">;

const say = (suggestion: Suggestion, reason: string): Verdict => ({ suggestion, reason });

function withMatchingCode(status: string): Verdict {
  if (WITHDRAWN.includes(status)) {
    return say("check", `The code is right, but the submission is ${status.toLowerCase()}.`);
  }
  if (status === "REJECTED") return say("check", "The code is right, but it was rejected.");
  if (SETTLED.includes(status)) return say("none", "Settled: the code is right.");
  return say("approve", "The code is the one that was issued.");
}

function withoutCode(record: ParticipantRecord, status: string): Verdict {
  const { outcome, completionCode } = record;
  if (completionCode !== null) {
    return say("check", "A code was issued here, but none was handed in.");
  }
  if (WITHDRAWN.includes(status) || status === "REJECTED" || status === "SCREENED OUT") {
    return say("none", `Did not finish (${outcome ?? "no outcome"}), and is not to be paid there.`);
  }
  if (SETTLED.includes(status)) {
    return say("check", `Approved without a code (${outcome ?? "no outcome"}).`);
  }
  if (outcome === null) return say("check", "No outcome is recorded: under way, or gone.");
  if (BLAMELESS.includes(outcome)) {
    return say("check", `Ended by ${outcome}, which was not their doing; no code was issued.`);
  }
  if (outcome === "completed") return say("check", "Completed a study that issues no code.");
  return say("reject", `Ended by ${outcome}; no code was issued.`);
}

function withWrongCode(
  record: ParticipantRecord,
  { code, status }: Submission,
  ownerOf: ReadonlyMap<string, string>,
): Verdict {
  const owner = ownerOf.get(code ?? "");
  if (owner !== undefined) return say("check", `The code was issued to ${owner}.`);
  if (WITHDRAWN.includes(status)) return say("none", "Withdrawn, with a code that is not ours.");
  const { outcome, completionCode } = record;
  if (SETTLED.includes(status) && status !== "REJECTED") {
    return say("check", `${status}, but the code was never issued.`);
  }
  if (completionCode !== null) {
    return say("check", "A code was issued here, but another was handed in.");
  }
  if (outcome !== null && BLAMELESS.includes(outcome)) {
    return say("check", `The code was never issued; ended by ${outcome}, not their doing.`);
  }
  return status === "REJECTED"
    ? say("none", "Rejected: the code was never issued.")
    : say("reject", `The code was never issued; outcome: ${outcome ?? "none"}.`);
}

function withoutRecord(
  { code, status }: Submission,
  ownerOf: ReadonlyMap<string, string>,
): Verdict {
  const owner = ownerOf.get(code ?? "");
  if (owner !== undefined) {
    return say("check", `No data under this id; the code was issued to ${owner}.`);
  }
  if (WITHDRAWN.includes(status) || status === "REJECTED" || status === "SCREENED OUT") {
    return say("none", "No data, and not to be paid there.");
  }
  if (status === "ACTIVE") return say("none", "Has not arrived here yet.");
  if (SETTLED.includes(status)) return say("check", `${status} without data.`);
  return say(
    "reject",
    code === null ? "No data and no code." : "No data, and the code was never issued.",
  );
}

function verdictOn(
  record: ParticipantRecord | null,
  submission: Submission,
  ownerOf: ReadonlyMap<string, string>,
): Verdict {
  if (record === null) return withoutRecord(submission, ownerOf);
  if (submission.code === null) {
    if (submission.status === "ACTIVE") return say("none", "Is under way.");
    return withoutCode(record, submission.status);
  }
  if (submission.code === record.completionCode) return withMatchingCode(submission.status);
  return withWrongCode(record, submission, ownerOf);
}

function findingOf(
  record: ParticipantRecord | null,
  submission: Submission | null,
  verdict: Verdict,
): Finding {
  return {
    ...verdict,
    subjectId: record?.subjectId ?? null,
    participantId: submission?.participantId ?? (record === null ? null : panelIdOf(record)),
    submissionId: submission?.submissionId ?? null,
    status: submission?.status ?? null,
    outcome: record?.outcome ?? null,
    issuedCode: record?.completionCode ?? null,
    submittedCode: submission?.code ?? null,
  };
}

function withoutSubmission(record: ParticipantRecord): Finding {
  const verdict =
    record.completionCode === null
      ? say("none", `Not in the export; no code was issued (${record.outcome ?? "no outcome"}).`)
      : say("check", "A code was issued, but the export has no submission.");
  return findingOf(record, null, verdict);
}

/** One finding for each submission, in their order, then one for each participant without any. */
export function reconcile(
  records: readonly ParticipantRecord[],
  submissions: readonly Submission[],
): readonly Finding[] {
  const ownerOf = new Map(records.map((record) => [record.completionCode ?? "", record.subjectId]));
  ownerOf.delete("");
  const seen = new Set<string>();
  const found = submissions.flatMap((submission): readonly Finding[] => {
    const { participantId, status } = submission;
    const own = records.filter((record) => panelIdOf(record) === participantId);
    const [record = null, other] = own.toSorted(
      (a, b) =>
        Number(b.completionCode === submission.code) - Number(a.completionCode === submission.code),
    );
    const isRepeated = seen.has(participantId) && !WITHDRAWN.includes(status);
    if (!WITHDRAWN.includes(status)) seen.add(participantId);
    if (isRepeated) {
      const reason = "Another submission of this participant is listed.";
      return [findingOf(record, submission, say("check", reason))];
    }
    if (other !== undefined) {
      const names = own.map(({ subjectId }) => subjectId).join(", ");
      const reason = `Took part under several subject ids: ${names}.`;
      return [findingOf(record, submission, say("check", reason))];
    }
    return [findingOf(record, submission, verdictOn(record, submission, ownerOf))];
  });
  const ids = new Set(submissions.map(({ participantId }) => participantId));
  const missing = records.filter((record) => !ids.has(panelIdOf(record)));
  return [...found, ...missing.map(withoutSubmission)];
}
