/** What a session asks its host to do to the environment; handling each, in order, is mandatory. */
import type { Action } from "../environment/space.ts";

export type Request =
  /** Keep the present state as the state of `frame`. */
  | { readonly kind: "save"; readonly frame: number }
  /** Bring back the state of `frame`. */
  | { readonly kind: "load"; readonly frame: number }
  /** Step from `frame` to `frame + 1`; `actions[playerIndex]` and `flags[playerIndex]` are borrowed until the next request. */
  | {
      readonly kind: "advance";
      readonly frame: number;
      readonly actions: readonly Action[];
      readonly flags: readonly number[];
      readonly isResimulated: boolean;
    }
  /** The state of `frame` comes from another peer, JSON-like: keep it as the present and saved state. */
  | {
      readonly kind: "restore";
      readonly frame: number;
      readonly state: unknown;
      /** `flagsBefore[f][playerIndex]` of every frame f before. */
      readonly flagsBefore: readonly (readonly number[])[];
    }
  /** Peers differ in the state of `frame`, or one lacks it: copy it, if it is still saved, for `session.reportState`. */
  | { readonly kind: "describe"; readonly frame: number }
  /** The saved state of `frame` is final: hash it and report it with `session.reportConfirmed`. */
  | { readonly kind: "confirm"; readonly frame: number };

interface MutableRequest {
  kind: Request["kind"];
  frame: number;
  actions: Action[];
  flags: number[];
  isResimulated: boolean;
  state: unknown;
  flagsBefore: readonly (readonly number[])[];
}

/** A list of requests that is filled anew each tick without making garbage. */
export class RequestList {
  readonly #pool: MutableRequest[] = [];
  readonly #list: Request[] = [];
  #count = 0;

  clear(): void {
    this.#count = 0;
  }

  /** What was pushed since `clear`; borrowed until then. */
  get list(): readonly Request[] {
    // Emptying an array gives its storage back: only a shorter list than the last one does.
    if (this.#list.length > this.#count) this.#list.length = this.#count;
    return this.#list;
  }

  save(frame: number): void {
    this.#push("save", frame);
  }

  load(frame: number): void {
    this.#push("load", frame);
  }

  describe(frame: number): void {
    this.#push("describe", frame);
  }

  confirm(frame: number): void {
    this.#push("confirm", frame);
  }

  restore(frame: number, state: unknown, flagsBefore: readonly (readonly number[])[]): void {
    Object.assign(this.#push("restore", frame), { state, flagsBefore });
  }

  /** Returns the request for the caller to fill its actions and flags. */
  advance(frame: number, isResimulated: boolean): Pick<MutableRequest, "actions" | "flags"> {
    const request = this.#push("advance", frame);
    request.isResimulated = isResimulated;
    return request;
  }

  #push(kind: Request["kind"], frame: number): MutableRequest {
    const index = this.#count++;
    let request = this.#pool[index];
    if (request === undefined) {
      request = {
        kind,
        frame,
        actions: [],
        flags: [],
        isResimulated: false,
        state: null,
        flagsBefore: [],
      };
      this.#pool.push(request);
    }
    request.kind = kind;
    request.frame = frame;
    this.#list[index] = request as Request;
    return request;
  }
}
