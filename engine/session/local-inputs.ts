/** What the players of this side do, as rows; the study's rules for hidden pages and interruptions are applied here. */
import { FLAG_PAUSED } from "../environment/input-flag.ts";
import { type InputLayout, writeRow } from "../rollback/input-layout.ts";
import type { SessionConfig } from "./config.ts";
import type { InputSample } from "./session.ts";

export type LocalInputRules = Pick<SessionConfig, "onHidden" | "onInterruption">;

export class LocalInputs {
  readonly #layouts: readonly InputLayout[];
  readonly #rules: LocalInputRules;
  readonly #samples: (InputSample | null)[];
  readonly #rows: readonly Uint32Array[];
  /** Whose next input asks for a pause, because a silence is over. */
  readonly #isPauseDue: boolean[];

  constructor(layouts: readonly InputLayout[], rules: LocalInputRules) {
    this.#layouts = layouts;
    this.#rules = rules;
    this.#samples = layouts.map(() => null);
    this.#rows = layouts.map(({ width }) => new Uint32Array(width));
    this.#isPauseDue = layouts.map(() => false);
  }

  set(playerIndex: number, sample: InputSample): void {
    this.#samples[playerIndex] = sample;
  }

  /** Notes that a peer is heard again after an interruption. */
  resumed(): void {
    if (this.#rules.onInterruption === "pause") this.#isPauseDue.fill(true);
  }

  /** The player's next input; borrowed until the next call for that player. */
  take(playerIndex: number): Uint32Array {
    const sample = this.#samples[playerIndex] ?? null;
    const row = this.#rows[playerIndex] as Uint32Array;
    const isFocused = sample?.isFocused ?? true;
    const { onHidden } = this.#rules;
    const action = isFocused || onHidden === "continue" ? (sample?.action ?? null) : null;
    writeRow(this.#layouts[playerIndex] as InputLayout, action, isFocused, row);
    const isPause = this.#isPauseDue[playerIndex] || (!isFocused && onHidden === "pause");
    if (isPause) row[0] = (row[0] as number) | FLAG_PAUSED;
    this.#isPauseDue[playerIndex] = false;
    return row;
  }
}
