/** The REST interface of experiment-server: what each request does to an experiment, and its answer. */
import { ConditionsError, PythonError } from "./expansion/error.ts";
import { jsonText } from "./expansion/python-text.ts";
import type { Value } from "./expansion/value.ts";
import { type Experiment, UnknownParticipantError } from "./experiment.ts";

export interface Answer {
  readonly status: number;
  readonly type: "application/json" | "text/plain" | "text/html";
  readonly body: string;
}

const METHODS = ["GET", "POST", "PUT"] as const;
type Method = (typeof METHODS)[number];

function isMethod(method: string): method is Method {
  return METHODS.some((known) => known === method);
}

export interface Endpoint {
  readonly method: Method;
  readonly name: string;
  /** What may stand behind the name: nothing, a participant, a block, or a participant and a block. */
  readonly forms: readonly (readonly ("participant" | "block")[])[];
  readonly summary: string;
  answer(experiment: Experiment, given: Given): Answer;
}

interface Given {
  readonly participant?: number;
  readonly block?: number;
}

/** Spaces of the JSON that experiment-server sends. */
const JSON_INDENT = 4;

/** Answers with a status of their own, so that clients can tell them from a wrong address. */
const NOT_ACCEPTABLE = 406;

function json(value: Value, indent = 0): Answer {
  return { status: 200, type: "application/json", body: jsonText(value, indent) };
}

function refusal(status: number, body: string): Answer {
  return { status, type: "text/plain", body };
}

/** Before the first block −1 on the wire, as its clients expect. */
function wireBlockId(experiment: Experiment, participant?: number): bigint {
  return BigInt(experiment.getState(participant).blockId ?? -1);
}

const READ = [[], ["participant"]] as const;

function statusText(experiment: Experiment, participant?: number): string {
  const { participantIndex } = experiment.getState(participant);
  const gap = "    &nbsp;&nbsp;&nbsp;";
  const block = `${wireBlockId(experiment, participant)} / ${experiment.getBlocksCount(participant)}`;
  const name = experiment.getBlockName(participant) ?? "N/A";
  return `Participant index: ${participantIndex}${gap}Block: ${block}${gap} Name: ${name}`;
}

function moveTo(experiment: Experiment, { participant, block }: Given, isAll: boolean): Answer {
  if (block === undefined) return refusal(404, "Need atleast one paramter.");
  const count = experiment.getBlocksCount(participant);
  if (block >= count) return refusal(404, `param should be >= 0 and < ${count}`);
  if (isAll) experiment.moveAllToBlock(block);
  else experiment.moveToBlock(block, participant);
  return json(BigInt(block));
}

const READING: readonly Endpoint[] = [
  {
    method: "GET",
    name: "blocks-count",
    forms: READ,
    summary: "How many blocks the participant has.",
    answer: (experiment, { participant }) => json(BigInt(experiment.getBlocksCount(participant))),
  },
  {
    method: "GET",
    name: "block-id",
    forms: READ,
    summary: "The current block, from 0; -1 before the first, the number of blocks after the last.",
    answer: (experiment, { participant }) => json(wireBlockId(experiment, participant)),
  },
  {
    method: "GET",
    name: "active",
    forms: READ,
    summary: "Whether the participant is at a block.",
    answer: (experiment, { participant }) => json(experiment.isActive(participant)),
  },
  {
    method: "GET",
    name: "config",
    forms: READ,
    summary: "The current block's config.",
    answer(experiment, { participant }) {
      const config = experiment.getConfigTable(participant);
      if (config !== null) return json(config, JSON_INDENT);
      const text = "A call to `/move-to-next` must be made before calling `/config`";
      return refusal(NOT_ACCEPTABLE, `participant ${participant ?? "None"} not active. ${text}`);
    },
  },
  {
    method: "GET",
    name: "summary-data",
    forms: READ,
    summary: "The participant's index and number of blocks.",
    answer(experiment, { participant }) {
      const length = BigInt(experiment.getBlocksCount(participant));
      const { participantIndex } = experiment.getState(participant);
      const summary = new Map<string, Value>([["participant_index", BigInt(participantIndex)]]);
      if (!experiment.isExact) summary.set("config_length", length);
      return json(summary.set("configs_length", length));
    },
  },
  {
    method: "GET",
    name: "all-configs",
    forms: READ,
    summary: "The configs of all blocks, in order.",
    answer: (experiment, { participant }) =>
      json(experiment.getConfigTables(participant), JSON_INDENT),
  },
  {
    method: "GET",
    name: "status-string",
    forms: READ,
    summary: "Where the participant is, in words.",
    answer: (experiment, { participant }) => ({
      status: 200,
      type: "text/html",
      body: statusText(experiment, participant),
    }),
  },
];

const CHANGING: readonly Endpoint[] = [
  {
    method: "POST",
    name: "move-to-next",
    forms: READ,
    summary: "Move to the next block; its name, or END.",
    answer: (experiment, { participant }) =>
      json(new Map([["name", experiment.moveToNext(participant)]])),
  },
  {
    method: "POST",
    name: "move-to-block",
    forms: [["block"], ["participant", "block"]],
    summary: "Move to a block.",
    answer: (experiment, given) => moveTo(experiment, given, false),
  },
  {
    method: "POST",
    name: "move-all-to-block",
    forms: [["block"]],
    summary: "Move everybody who is at a block to this one.",
    answer: (experiment, given) => moveTo(experiment, given, true),
  },
  {
    method: "POST",
    name: "reset-participant",
    forms: READ,
    summary: "Put the participant before the first block.",
    answer(experiment, { participant }) {
      experiment.resetParticipant(participant);
      return json(true);
    },
  },
  {
    method: "PUT",
    name: "new-participant",
    forms: [[]],
    summary: "Add a participant after the largest index.",
    answer: (experiment) => json(BigInt(experiment.getNextParticipant())),
  },
  {
    method: "PUT",
    name: "add-participant",
    forms: [["participant"]],
    summary: "Add a participant of this index.",
    answer(experiment, { participant = 0 }) {
      if (participant < 1) {
        const text = `Participant index needs to be greater than 0, got ${participant}`;
        return refusal(NOT_ACCEPTABLE, text);
      }
      const isAdded = experiment.addParticipantIndex(participant);
      return { ...json(isAdded), status: isAdded ? 200 : NOT_ACCEPTABLE };
    },
  },
];

export const ENDPOINTS: readonly Endpoint[] = [...READING, ...CHANGING];

/** A participant and a block. */
const PARAMETERS_MAX = 2;

interface Request {
  readonly method: Method;
  readonly name: string;
  /** Digits. */
  readonly parameters: readonly string[];
}

/** A page that only tells its status. */
function statusPage(status: number, reason: string): Answer {
  const text = `${status}: ${reason}`;
  const body = `<html><title>${text}</title><body>${text}</body></html>`;
  return { status, type: "text/html", body };
}

/** What experiment-server does by accident; null where it means what it does. */
function accident(experiment: Experiment, { method, name, parameters }: Request): Answer | null {
  const [first, second] = parameters;
  if (method === "POST" && name === "move-to-next" && second !== undefined) {
    const { type, body } = json(new Map([["name", experiment.moveToNext(Number(first))]]));
    return { status: 404, type, body: `unknown second parameter ${second}${body}` };
  }
  const needsOne = ["POST move-all-to-block", "PUT add-participant"].includes(`${method} ${name}`);
  if ((method !== "POST" && second !== undefined) || (needsOne && first === undefined)) {
    return statusPage(500, "Internal Server Error");
  }
  // The participant is looked for before the name of the request.
  if (method === "GET" && first !== undefined) experiment.getState(Number(first));
  return null;
}

/** For an address with more, less or other parameters than its endpoint has. */
function misfit({ name, method }: Endpoint, parameters: readonly string[]): Answer {
  if (name === "new-participant") {
    return refusal(NOT_ACCEPTABLE, "`new-participant` doesn't take params");
  }
  if (parameters.length === 0) return refusal(404, "Need atleast one paramter.");
  if (method === "GET") return refusal(404, "N/A");
  return refusal(404, `unknown second parameter ${parameters.at(-1)}`);
}

function unknownEndpoint(experiment: Experiment, method: Method): Answer {
  if (method === "PUT" && experiment.isExact) return { status: 200, type: "text/plain", body: "" };
  return refusal(404, method === "GET" ? "N/A" : "n/a");
}

function answerKnown(experiment: Experiment, request: Request): Answer {
  const { method, name, parameters } = request;
  const own = experiment.isExact ? accident(experiment, request) : null;
  if (own !== null) return own;
  const endpoint = ENDPOINTS.find((one) => one.name === name && one.method === method);
  if (endpoint === undefined) return unknownEndpoint(experiment, method);
  const form = endpoint.forms.find(({ length }) => length === parameters.length);
  if (form === undefined) return misfit(endpoint, parameters);
  const given = Object.fromEntries(form.map((kind, index) => [kind, Number(parameters[index])]));
  return endpoint.answer(experiment, given);
}

/** Does what the request asks for; `segments` are those of the path behind `/api/`. */
export function answerRequest(
  experiment: Experiment,
  method: string,
  segments: readonly string[],
): Answer {
  const [name = "", ...parameters] = segments;
  const areNumbers = parameters.every((text) => /^[0-9]{1,15}$/.test(text));
  const isAddress = areNumbers && parameters.length <= PARAMETERS_MAX;
  if (!isAddress && method === "GET") return statusPage(404, "Not Found");
  if (!isAddress || !isMethod(method)) return statusPage(405, "Method Not Allowed");
  try {
    return answerKnown(experiment, { method, name, parameters });
  } catch (error) {
    const isExpected = [UnknownParticipantError, ConditionsError, PythonError].some(
      (kind) => error instanceof kind,
    );
    if (isExpected) return refusal(NOT_ACCEPTABLE, (error as Error).message);
    throw error;
  }
}
