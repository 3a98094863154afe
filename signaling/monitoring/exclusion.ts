/** A decision against somebody. */
export type Rule = "device" | "browser" | "ping" | "tab" | "focus_loss" | "callback";

export interface Exclusion {
  readonly rule: Rule;
  /** What the participant reads; null leaves the words to the page. */
  readonly message: string | null;
}
