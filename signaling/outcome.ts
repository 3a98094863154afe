/** The one list of ways out of a study. */
import type { Outcome } from "./protocol.ts";

export const EVERY_OUTCOME = [
  "completed",
  "screened_out",
  "declined",
  "lobby_timeout",
  "self_exclusion",
  "partner_exclusion",
  "partner_disconnected",
  "self_disconnected",
  "focus_loss",
  "technical",
  "researcher_ended",
] as const satisfies readonly Outcome[];
