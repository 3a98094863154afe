/**
 * Held keys to actions. Keys are physical (`KeyboardEvent.code`), `A+B` binds keys held together,
 * and a tap shorter than a frame still makes one frame's action.
 */
import type { Action } from "../environment/space.ts";

/** What of a window is listened to. */
export type KeyTarget = Pick<EventTarget, "addEventListener" | "removeEventListener">;

/** The members of a KeyboardEvent that are read. */
export interface KeyPress {
  readonly code: string;
  readonly repeat?: boolean;
  readonly ctrlKey?: boolean;
  readonly metaKey?: boolean;
  readonly altKey?: boolean;
  preventDefault(): void;
}

interface Binding {
  readonly codes: readonly string[];
  readonly action: Action;
}

interface KeyState {
  /** Counts presses, so that later ones can be told from earlier ones. */
  readonly pressedAt: number;
  isHeld: boolean;
  /** Whether an action with this press went into a frame. */
  isConsumed: boolean;
}

export class Keyboard {
  private readonly bindings: readonly Binding[];
  private readonly boundCodes: ReadonlySet<string>;
  private readonly keys = new Map<string, KeyState>();
  private pressCount = 0;
  private sampled: Binding | null = null;
  private target: KeyTarget | null = null;

  constructor(keyBindings: Readonly<Record<string, Action>>) {
    this.bindings = Object.entries(keyBindings).map(([keys, action]) => ({
      codes: keys.split("+").map((code) => code.trim()),
      action,
    }));
    this.boundCodes = new Set(this.bindings.flatMap((binding) => binding.codes));
  }

  /** Starts listening on a window; `detach` ends it. */
  attach(target: KeyTarget): void {
    this.target = target;
    target.addEventListener("keydown", this.onKeyDown);
    target.addEventListener("keyup", this.onKeyUp);
    target.addEventListener("blur", this.clear);
  }

  detach(): void {
    this.target?.removeEventListener("keydown", this.onKeyDown);
    this.target?.removeEventListener("keyup", this.onKeyUp);
    this.target?.removeEventListener("blur", this.clear);
    this.target = null;
    this.clear();
  }

  /** The action of the keys as they are, null when none is bound to them. */
  sample(): Action | null {
    this.sampled = this.best();
    return this.sampled?.action ?? null;
  }

  /** The last sample went into a frame: taps in it are done with. */
  consume(): void {
    for (const code of this.sampled?.codes ?? []) {
      const key = this.keys.get(code);
      if (key === undefined) continue;
      key.isConsumed = true;
      if (!key.isHeld) this.keys.delete(code);
    }
    this.sampled = null;
  }

  /** Lets go of everything: a window without focus sees no key come up. */
  readonly clear = (): void => {
    this.keys.clear();
    this.sampled = null;
  };

  private readonly onKeyDown = (event: Event): void => {
    const press = event as unknown as KeyPress;
    if (!this.boundCodes.has(press.code)) return;
    // Browser shortcuts stay the browser's, and never release a key: do not begin to hold it.
    if (press.ctrlKey || press.metaKey || press.altKey) return;
    press.preventDefault();
    const key = this.keys.get(press.code);
    if (press.repeat && key?.isHeld) return;
    if (key?.isHeld) return;
    this.keys.set(press.code, { pressedAt: this.pressCount++, isHeld: true, isConsumed: false });
  };

  private readonly onKeyUp = (event: Event): void => {
    const press = event as unknown as KeyPress;
    const key = this.keys.get(press.code);
    if (key === undefined) return;
    press.preventDefault();
    key.isHeld = false;
    if (key.isConsumed) this.keys.delete(press.code);
  };

  /** New presses before held keys, more keys before fewer, old new presses and young held ones first. */
  private best(): Binding | null {
    let best: Binding | null = null;
    for (const binding of this.bindings) {
      if (!binding.codes.every((code) => this.keys.has(code))) continue;
      if (best === null || this.isBefore(binding, best)) best = binding;
    }
    return best;
  }

  private isBefore(a: Binding, b: Binding): boolean {
    const isNewA = this.newest(a, false) !== null;
    const isNewB = this.newest(b, false) !== null;
    if (isNewA !== isNewB) return isNewA;
    if (a.codes.length !== b.codes.length) return a.codes.length > b.codes.length;
    if (isNewA) return (this.newest(a, false) as number) < (this.newest(b, false) as number);
    return (this.newest(a, true) ?? 0) > (this.newest(b, true) ?? 0);
  }

  /** Number of the latest press among the binding's keys that is, or is not, consumed. */
  private newest({ codes }: Binding, isConsumed: boolean): number | null {
    let newest: number | null = null;
    for (const code of codes) {
      const key = this.keys.get(code);
      if (key === undefined || key.isConsumed !== isConsumed) continue;
      if (newest === null || key.pressedAt > newest) newest = key.pressedAt;
    }
    return newest;
  }
}
