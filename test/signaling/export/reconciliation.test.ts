/** A panel's submissions against the data: every case with the suggestion that follows, and the command's exit codes. */
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { describe, expect, it, onTestFinished } from "vitest";
import type { ParticipantRecord } from "../../../signaling/export/participant-record.ts";
import { parseProlificFile, type Submission } from "../../../signaling/export/prolific-file.ts";
import { reconcile, type Suggestion } from "../../../signaling/export/reconciliation.ts";
import type { Outcome } from "../../../signaling/protocol.ts";
import { runTandem } from "../../support/command-line.ts";

const HEADER =
  "Submission id,Participant id,Status,Custom study tncs accepted at,Started at,Completed at,Reviewed at,Archived at,Time taken,Completion code,Total approvals";

const line = (participantId: string, status: string, code: string) =>
  `sub-${participantId},${participantId},${status},Not Applicable,2026-11-20T10:00:00.000000Z,,,,600,${code},12`;

function record(
  subjectId: string,
  outcome: Outcome | null,
  completionCode: string | null,
  pid = subjectId,
): ParticipantRecord {
  const file = {} as ParticipantRecord["first"];
  const panel = { PROLIFIC_PID: pid };
  const base = { experimentId: "x", subjectId, visits: [], first: file, last: file };
  return { ...base, outcome, completionCode, panel };
}

const submission = (participantId: string, status: string, code: string | null): Submission => ({
  submissionId: `sub-${participantId}`,
  participantId,
  status,
  code,
  startedAt: "",
});

type Case = readonly [
  title: string,
  data: ParticipantRecord | null,
  panel: Submission | null,
  suggestion: Suggestion,
  reason: RegExp,
];

const CASES: readonly Case[] = [
  [
    "the right code",
    record("p", "completed", "C"),
    submission("p", "AWAITING REVIEW", "C"),
    "approve",
    /issued/,
  ],
  [
    "the right code, approved",
    record("p", "completed", "C"),
    submission("p", "APPROVED", "C"),
    "none",
    /Settled/,
  ],
  [
    "a code for an early end",
    record("p", "partner_disconnected", "C"),
    submission("p", "AWAITING REVIEW", "C"),
    "approve",
    /issued/,
  ],
  [
    "the right code, rejected",
    record("p", "completed", "C"),
    submission("p", "REJECTED", "C"),
    "check",
    /was rejected/,
  ],
  [
    "the right code, returned",
    record("p", "completed", "C"),
    submission("p", "RETURNED", "C"),
    "check",
    /returned/,
  ],
  [
    "the right code, timed out",
    record("p", "completed", "C"),
    submission("p", "TIMED OUT", "C"),
    "check",
    /timed out/,
  ],
  [
    "no code though one was issued",
    record("p", "completed", "C"),
    submission("p", "AWAITING REVIEW", null),
    "check",
    /none was handed in/,
  ],
  [
    "another code than was issued",
    record("p", "completed", "C"),
    submission("p", "AWAITING REVIEW", "X"),
    "check",
    /another/,
  ],
  [
    "an invented code of one who left",
    record("p", "self_disconnected", null),
    submission("p", "AWAITING REVIEW", "X"),
    "reject",
    /never issued/,
  ],
  [
    "an invented code of one who lost their partner",
    record("p", "partner_exclusion", null),
    submission("p", "AWAITING REVIEW", "X"),
    "check",
    /not their doing/,
  ],
  [
    "an invented code, approved",
    record("p", "declined", null),
    submission("p", "APPROVED", "X"),
    "check",
    /never issued/,
  ],
  [
    "an invented code, rejected",
    record("p", "declined", null),
    submission("p", "REJECTED", "X"),
    "none",
    /never issued/,
  ],
  [
    "no code of one who declined",
    record("p", "declined", null),
    submission("p", "AWAITING REVIEW", null),
    "reject",
    /declined/,
  ],
  [
    "no code of one nobody came to",
    record("p", "lobby_timeout", null),
    submission("p", "AWAITING REVIEW", null),
    "check",
    /not their doing/,
  ],
  [
    "no code of one who is under way",
    record("p", null, null),
    submission("p", "AWAITING REVIEW", null),
    "check",
    /under way/,
  ],
  [
    "one who is playing",
    record("p", null, null),
    submission("p", "ACTIVE", null),
    "none",
    /under way/,
  ],
  [
    "one who declined and returned it",
    record("p", "declined", null),
    submission("p", "RETURNED", null),
    "none",
    /not to be paid/,
  ],
  [
    "no data and an invented code",
    null,
    submission("p", "AWAITING REVIEW", "X"),
    "reject",
    /never issued/,
  ],
  [
    "no data and no code",
    null,
    submission("p", "AWAITING REVIEW", null),
    "reject",
    /No data and no code/,
  ],
  ["no data, returned", null, submission("p", "RETURNED", null), "none", /No data/],
  ["no data, approved", null, submission("p", "APPROVED", "X"), "check", /without data/],
  [
    "a code issued, but no submission",
    record("p", "completed", "C"),
    null,
    "check",
    /no submission/,
  ],
  [
    "no code issued and no submission",
    record("p", "declined", null),
    null,
    "none",
    /Not in the export/,
  ],
];

describe("[RC1] reconciling", () => {
  it.each(CASES)("%s", (_, data, panel, suggestion, reason) => {
    const found = reconcile(data === null ? [] : [data], panel === null ? [] : [panel]);
    expect(found).toHaveLength(1);
    expect(found[0]).toMatchObject({ suggestion, reason: expect.stringMatching(reason) });
  });

  it("names whose code somebody has handed in", () => {
    const data = [record("anna", "completed", "A"), record("ben", "declined", null)];
    const found = reconcile(data, [
      submission("anna", "AWAITING REVIEW", "A"),
      submission("ben", "AWAITING REVIEW", "A"),
      submission("carl", "AWAITING REVIEW", "A"),
    ]);
    expect(found.map((one) => one.suggestion)).toEqual(["approve", "check", "check"]);
    expect(found[1]?.reason).toContain("anna");
    expect(found[2]?.reason).toContain("anna");
  });

  it("joins by the panel's parameter, and by the subject id where there is none", () => {
    const data = [
      record("s1", "completed", "A", "pid"),
      { ...record("s2", "completed", "B"), panel: {} },
    ];
    const found = reconcile(data, [
      submission("pid", "AWAITING REVIEW", "A"),
      submission("s2", "AWAITING REVIEW", "B"),
    ]);
    expect(found.map((one) => one.suggestion)).toEqual(["approve", "approve"]);
  });

  it("asks to look at whoever submitted or took part twice", () => {
    const twice = reconcile(
      [record("p", "completed", "A")],
      [submission("p", "AWAITING REVIEW", "A"), submission("p", "AWAITING REVIEW", "A")],
    );
    expect(twice.map((one) => one.suggestion)).toEqual(["approve", "check"]);
    const two = reconcile(
      [record("s1", "completed", "A", "p"), record("s2", "completed", "B", "p")],
      [submission("p", "AWAITING REVIEW", "B")],
    );
    expect(two).toMatchObject([{ suggestion: "check", reason: expect.stringContaining("s1, s2") }]);
  });

  it("approves nobody whose code was not issued to them, and rejects nobody who has one", () => {
    const code = fc.constantFrom("A", "B", "X", null);
    const outcome = fc.constantFrom<Outcome | null>("completed", "declined", "lobby_timeout", null);
    const status = fc.constantFrom(
      "APPROVED",
      "AWAITING REVIEW",
      "RETURNED",
      "REJECTED",
      "ACTIVE",
      "NEW",
    );
    const people = fc.uniqueArray(
      fc.record({
        id: fc.constantFrom("p", "q", "r"),
        outcome,
        issued: fc.constantFrom("A", "B", null),
      }),
      { selector: ({ id }) => id },
    );
    const submissions = fc.array(
      fc.record({ id: fc.constantFrom("p", "q", "r", "s"), status, code }),
    );
    fc.assert(
      fc.property(people, submissions, (persons, given) => {
        const records = persons.map(({ id, outcome: end, issued }) => record(id, end, issued));
        const found = reconcile(
          records,
          given.map((one) => submission(one.id, one.status, one.code)),
        );
        for (const { suggestion, issuedCode, submittedCode } of found) {
          if (suggestion === "approve") expect(submittedCode).toBe(issuedCode);
          if (suggestion === "approve") expect(issuedCode).not.toBeNull();
          if (suggestion === "reject") expect(issuedCode).toBeNull();
        }
        const named = new Set(found.map(({ participantId }) => participantId));
        for (const { id } of [...persons, ...given]) expect(named).toContain(id);
      }),
    );
  });
});

describe("[RC2] Prolific's export", () => {
  it("is read with its columns, a byte order mark, and NOCODE as no code", () => {
    const text = `\uFEFF${HEADER}\r\n${line("p1", "AWAITING REVIEW", "NOCODE")}\r\n${line("p2", "TIMED-OUT", "C")}\r\n`;
    expect(parseProlificFile("x.csv", text)).toEqual([
      expect.objectContaining({ submissionId: "sub-p1", participantId: "p1", code: null }),
      expect.objectContaining({ participantId: "p2", status: "TIMED OUT", code: "C" }),
    ]);
  });

  it("is read with the columns of older exports", () => {
    const text =
      "session_id,participant_id,status,started_datetime,entered_code\ns,p,APPROVED,,C\n";
    expect(parseProlificFile("x.csv", text)).toEqual([
      { submissionId: "s", participantId: "p", status: "APPROVED", code: "C", startedAt: "" },
    ]);
  });

  it.each([
    ["another table", "a,b\n1,2\n", /column `participant id`, got a, b/],
    ["nothing", "", /holds no submissions/],
    ["broken quotes", 'Participant id,Status,Completion code\n"p,x\n', /is not a CSV file/],
  ])("is refused where it is %s", (_, text, message) => {
    expect(() => parseProlificFile("x.csv", text)).toThrow(message);
  });
});

const SAMPLE = join(import.meta.dirname, "../../../data/sample");
const CODES = Object.fromEntries(
  await Promise.all(
    ["participant_0", "participant_1"].map(async (id) => {
      const path = join(SAMPLE, "kitchen_sample/thanks", `${id}_metadata.json`);
      const { completion_code: code } = JSON.parse(await readFile(path, "utf8"));
      return [id, code] as const;
    }),
  ),
);

async function withExport(rows: readonly string[]): Promise<string> {
  const dir = await mkdtemp(join(tmpdir(), "tandem-prolific-"));
  onTestFinished(() => rm(dir, { recursive: true, force: true }));
  const path = join(dir, "prolific.csv");
  await writeFile(path, `${[HEADER, ...rows].join("\n")}\n`);
  return path;
}

describe("[RC3] tandem reconcile", () => {
  it("ends with 0 when all agree, and says whom to approve", async () => {
    const path = await withExport(
      Object.entries(CODES).map(([id, code]) => line(id, "AWAITING REVIEW", code)),
    );
    const { code, stdout } = await runTandem("reconcile", SAMPLE, path);
    expect(stdout).toContain("approve  participant_0, AWAITING REVIEW: The code is the one");
    expect(stdout).toContain("0 reject, 0 check, 2 approve, 0 none");
    expect(code).toBe(0);
  });

  it("ends with 1 when something needs a look, also as JSON", async () => {
    const path = await withExport([line("participant_0", "AWAITING REVIEW", "invented")]);
    const { code, stdout } = await runTandem("reconcile", SAMPLE, path, "--json");
    expect(JSON.parse(stdout)).toMatchObject({
      counts: { reject: 0, check: 2, approve: 0, none: 0 },
      findings: [
        { subjectId: "participant_0", issuedCode: CODES.participant_0, submittedCode: "invented" },
        { subjectId: "participant_1", submissionId: null },
      ],
    });
    expect(code).toBe(1);
  });

  it("ends with 2 and a sentence for what it cannot read", async () => {
    const path = await withExport([]);
    for (const [args, sentence] of [
      [[SAMPLE, "missing.csv"], /missing\.csv cannot be read/],
      [[SAMPLE, path], /holds no submissions/],
      [["/nowhere-at-all", await withExport([line("p", "ACTIVE", "")])], /There is no folder/],
    ] as const) {
      const { code, stderr } = await runTandem("reconcile", ...args);
      expect(stderr).toMatch(sentence);
      expect(stderr).not.toMatch(/^\s+at /m);
      expect(code).toBe(2);
    }
  });
});

describe("tandem export", () => {
  it("prints what it wrote, and ends with 2 for a folder without data", async () => {
    const out = await mkdtemp(join(tmpdir(), "tandem-export-"));
    onTestFinished(() => rm(out, { recursive: true, force: true }));
    const { code, stdout } = await runTandem("export", SAMPLE, "--out", out, "--json");
    expect(JSON.parse(stdout)).toMatchObject({
      out,
      episodes: { verified: 4, partial: 0 },
      tables: expect.arrayContaining([expect.objectContaining({ name: "frames", rows: 480 })]),
    });
    expect(code).toBe(0);
    const empty = await runTandem("export", out, "--out", out);
    expect(empty.stderr).toMatch(/There are no data of a study below/);
    expect(empty.code).toBe(2);
  });
});
