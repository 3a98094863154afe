/** What the participant is told about a running game. */

export type GamePhase =
  | { readonly kind: "loading" }
  /** Waiting for everybody's page before an episode's first frame. */
  | { readonly kind: "meeting" }
  | { readonly kind: "playing" }
  /** Between two episodes. `resumesAtMs` is on the page's monotonic clock. */
  | { readonly kind: "break"; readonly resumesAtMs: number }
  | { readonly kind: "saving" }
  | { readonly kind: "saved" }
  /** Play stopped early; what is confirmed is being kept. */
  | { readonly kind: "stopped"; readonly why: "partner" | "self" | "technical" };

export type PartnerLine = "connecting" | "direct" | "relayed" | "silent" | "left";

/** Why the frames that are played now wait. */
export interface PauseView {
  readonly why: "self" | "partner" | "interruption";
  /** Until play goes on; null while it waits for somebody. */
  readonly secondsLeft: number | null;
}

export interface GameView {
  readonly phase: GamePhase;
  /** From 0. */
  readonly episode: number;
  readonly episodeCount: number;
  /** Null when playing alone. */
  readonly partner: PartnerLine | null;
  /** Until when a silent partner is waited for, on the page's monotonic clock; null while nobody is. */
  readonly waitsUntilMs: number | null;
}
