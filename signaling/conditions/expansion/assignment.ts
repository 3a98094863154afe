/** Which of the balanced arrangements a participant gets. */
import { type Draw, PythonRandom } from "./python-random.ts";
import { type AssignmentRule, textSeed } from "./settings.ts";

/** An earlier participant; who left before the end frees the arrangement for another. */
export interface Assigned {
  readonly arrangement: number;
  readonly status: "active" | "completed" | "left";
}

export interface AssignmentRequest {
  readonly rule: AssignmentRule;
  /** The study's `random_seed` as a text. */
  readonly seed: string;
  readonly participantIndex: number;
  /** How many arrangements there are. */
  readonly count: number;
  /** Null where nobody's progress is known: `least_completed` is then as `blocked`. */
  readonly assigned: readonly Assigned[] | null;
}

/** Of two that are equally full the one with fewer completed goes first: far below one seat. */
const TIE = 1 / 1_048_576;

export interface Assignment {
  /** From 0. */
  readonly arrangement: number;
  readonly draws: readonly Draw[];
}

/** `candidates` in an order drawn from the seed that the text spells. */
function shuffled(candidates: readonly number[], text: string): { list: number[]; draw: Draw } {
  const seed = textSeed(text);
  const list = [...candidates];
  new PythonRandom(seed).shuffle(list);
  return { list, draw: { seed: String(seed), stream: "assignment", result: list.map(BigInt) } };
}

/** Every arrangement once among each `count` participants, in an order drawn for these. */
function assignInBlocks({ seed, participantIndex, count }: AssignmentRequest): Assignment {
  const block = Math.floor((participantIndex - 1) / count);
  const all = Array.from({ length: count }, (_, arrangement) => arrangement);
  const { list, draw } = shuffled(all, `${seed}/assignment/block/${block}`);
  return { arrangement: list[(participantIndex - 1) % count] as number, draws: [draw] };
}

/** What fewest completed or are about to; of these what fewest completed; of these one is drawn. */
function assignLeastCompleted(
  { seed, participantIndex, count }: AssignmentRequest,
  assigned: readonly Assigned[],
): Assignment {
  const filled = new Array<number>(count).fill(0);
  for (const { arrangement, status } of assigned) {
    if (status === "left" || arrangement >= count) continue;
    filled[arrangement] = (filled[arrangement] as number) + 1 + (status === "completed" ? TIE : 0);
  }
  const least = Math.min(...filled);
  const candidates = [...filled.keys()].filter((arrangement) => filled[arrangement] === least);
  const { list, draw } = shuffled(candidates, `${seed}/assignment/participant/${participantIndex}`);
  return { arrangement: list[0] as number, draws: [draw] };
}

/** The arrangement of a participant from 1; the same request has the same result. */
export function assignArrangement(request: AssignmentRequest): Assignment {
  const { rule, participantIndex, count, assigned } = request;
  if (rule === "in_turn") return { arrangement: (participantIndex - 1) % count, draws: [] };
  if (rule === "blocked" || assigned === null) return assignInBlocks(request);
  return assignLeastCompleted(request, assigned);
}
