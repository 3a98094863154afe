/** Repeats in colour what the words beside it say. */
import type { Tone } from "./game-wording.ts";

export function StatusDot({ tone }: { readonly tone: Tone }) {
  return <span class={`dot ${tone}`} aria-hidden="true" />;
}
