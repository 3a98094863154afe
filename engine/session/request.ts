/** What a session asks its host to do to the environment; handling each, in order, is mandatory. */
import type { Action } from "../environment/space.ts";

export type Request =
  /** Keep the present state as the state of `frame`. */
  | { readonly kind: "save"; readonly frame: number }
  /** Bring back the state of `frame`. */
  | { readonly kind: "load"; readonly frame: number }
  /** Step from `frame` to `frame + 1`; `actions[playerIndex]` is borrowed until the next request. */
  | {
      readonly kind: "advance";
      readonly frame: number;
      readonly actions: readonly Action[];
      readonly isResimulated: boolean;
    }
  /** The saved state of `frame` is final: hash it and report it with `session.reportConfirmed`. */
  | { readonly kind: "confirm"; readonly frame: number };
