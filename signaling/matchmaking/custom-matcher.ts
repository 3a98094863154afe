/** A study's own matchmaker: asked, checked, and replaced by first come, first served when it fails. */
import { z } from "zod";
import type { Clock } from "../clock.ts";
import { runCallback } from "../researcher-callback.ts";
import type { Matchmaking, MatchRequest } from "../study/index.ts";
import { type Proposal, rttLimitMs } from "./matcher.ts";

const groupsSchema = z.array(z.array(z.string()));

export type CustomMatch =
  | { readonly kind: "answered"; readonly proposals: readonly Proposal[] }
  | { readonly kind: "failed"; readonly detail: string };

/** One sentence, or null when nothing is wrong. */
function groupsFault(groups: readonly string[][], request: MatchRequest): string | null {
  const free = new Set(request.candidates.map(({ subjectId }) => subjectId));
  for (const group of groups) {
    if (group.length !== request.groupSize) {
      return `Expected groups of ${request.groupSize} from \`matchmaker\`, got ${group.length} in one.`;
    }
    for (const subjectId of group) {
      if (free.delete(subjectId)) continue;
      return `Expected each subject of \`matchmaker\`'s groups to be waiting and in one group, got ${JSON.stringify(subjectId)}.`;
    }
  }
  return null;
}

/** Never rejects. */
export async function askMatchmaker(
  { matchmaker, rttLimits }: Matchmaking,
  request: MatchRequest,
  clock: Clock,
): Promise<CustomMatch> {
  const answer = await runCallback(() => matchmaker?.(request), groupsSchema, clock);
  if (answer.kind === "failed") return answer;
  const detail = groupsFault(answer.value, request);
  if (detail !== null) return { kind: "failed", detail };
  const order = request.candidates.map(({ subjectId }) => subjectId);
  const proposals = answer.value.map((group): Proposal => {
    const subjectIds = order.filter((id) => group.includes(id));
    const longest = request.candidates.find(({ subjectId }) => subjectId === subjectIds[0]);
    const limitMs = rttLimitMs(rttLimits, longest?.waitedMs ?? 0);
    return { subjectIds, reason: "custom", limitMs };
  });
  return { kind: "answered", proposals };
}
