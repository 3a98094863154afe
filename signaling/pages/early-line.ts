/** The line of a game while it is being made: what comes for it early waits. */
import type { GameLine } from "./game-line.ts";

type Delivery = (line: GameLine) => void;

export class EarlyLine {
  /** Null until it is open. */
  line: GameLine | null;
  private waiting: Delivery[] = [];

  constructor(line: GameLine | null) {
    this.line = line;
  }

  open(line: GameLine): void {
    this.line = line;
    for (const deliver of this.waiting.splice(0)) deliver(line);
  }

  /** Now, or in order once the line is open. */
  whenOpen(deliver: Delivery): void {
    if (this.line === null) this.waiting.push(deliver);
    else deliver(this.line);
  }
}
