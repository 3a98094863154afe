/** An environment whose every call is trapped and whose every value is inspected. */
import type { Environment, StepResult } from "../environment/environment.ts";
import { type Action, isAction, type Space } from "../environment/space.ts";
import {
  type CallTrap,
  callFinding,
  exceptionFinding,
  type Finding,
  valueFinding,
} from "./finding.ts";
import { inspectJson, inspectState, inspectStepResult, type Problem } from "./inspection.ts";

/** Carries a finding out of whatever was running; caught by the sync test. */
export class FindingError extends Error {
  override readonly name = "FindingError";
  readonly finding: Finding;

  constructor(finding: Finding) {
    super(finding.got);
    this.finding = finding;
  }
}

export class WatchedEnvironment {
  /** Stands for the environment in a world; its functions throw a `FindingError` at a fault. */
  readonly environment: Environment;
  /** Frame of the state that the next call makes or reads. */
  frame = 0;
  readonly #inner: Environment;
  readonly #trap: CallTrap | null;

  constructor(inner: Environment, trap: CallTrap | null) {
    this.#inner = inner;
    this.#trap = trap;
    const calls: Pick<Environment, "reset" | "step" | "observe" | "draw"> = {
      reset: (seed, config) => this.#reset(seed, config),
      step: (state, actions) => this.#step(state, actions),
      observe: (state, player) => this.#observe(state, player),
      draw: (state, player) =>
        this.#attempt(`draw(player ${player})`, false, () => inner.draw(state, player)),
    };
    this.environment = Object.assign(
      Object.create(inner) as Environment,
      calls,
      inner.botAction === undefined
        ? {}
        : { botAction: (state: unknown, player: number) => this.#botAction(state, player) },
    );
  }

  #reset(seed: number, config: unknown): unknown {
    const state = this.#attempt("reset", true, () => this.#inner.reset(seed, config));
    this.#refuse("state", inspectState(this.#inner.stateLayout, state));
    return state;
  }

  #step(state: unknown, actions: readonly Action[]): StepResult {
    const result = this.#attempt("step", true, () => this.#inner.step(state, actions));
    this.#refuse("result", inspectStepResult(result, this.#inner.agentIds.length));
    this.#refuse("state", inspectState(this.#inner.stateLayout, state));
    return result;
  }

  #observe(state: unknown, player: number): unknown {
    const where = `observe(player ${player})`;
    const observation = this.#attempt(where, true, () => this.#inner.observe(state, player));
    this.#refuse(where, inspectJson(observation));
    return observation;
  }

  /** Asked twice: a rollback asks again, and must get the same answer. */
  #botAction(state: unknown, player: number): Action {
    const where = `botAction(player ${player})`;
    const ask = () => this.#inner.botAction?.(state, player) as Action;
    const [action, again] = this.#attempt(where, true, () => [ask(), ask()]) as [Action, Action];
    const [expected, got] = [JSON.stringify(action), JSON.stringify(again)];
    if (expected !== got) {
      const advice =
        "A bot may read nothing but the state and the player's index: no variable outside it, no clock, and no randomness but a copy of the state's generator.";
      throw new FindingError({
        kind: "bot",
        frame: this.frame,
        path: where,
        expected,
        got,
        advice,
      });
    }
    const space = this.#inner.actionSpaces[player] as Space;
    if (!isAction(space, action)) {
      const what = `an action of the player's ${space.kind} space`;
      const advice = "A bot must do what a player in its seat could do.";
      this.#refuse(where, { path: "", expected: what, got: expected ?? "nothing", advice });
    }
    return action;
  }

  /** Drawing is not trapped: a picture is never data, and may move with any curve. */
  #attempt<T>(where: string, isTrapped: boolean, run: () => T): T {
    const trap = isTrapped ? this.#trap : null;
    let outcome: { readonly value: T } | { readonly error: unknown };
    trap?.arm();
    try {
      outcome = { value: run() };
    } catch (error) {
      outcome = { error };
    }
    const call = trap?.disarm() ?? null;
    if (call !== null) throw new FindingError(callFinding(this.frame, where, call));
    if ("value" in outcome) return outcome.value;
    throw new FindingError(exceptionFinding(this.frame, where, outcome.error));
  }

  #refuse(owner: string, problem: Problem | null): void {
    if (problem !== null) throw new FindingError(valueFinding(this.frame, owner, problem));
  }
}
