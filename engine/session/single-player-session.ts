/** One peer plays every seat that no bot plays: nothing is predicted, every frame is confirmed at once. */

import { assert } from "../determinism/assert.ts";
import type { Environment } from "../environment/environment.ts";
import type { ConfirmedFrames } from "../record/confirmed-frames.ts";
import type { SessionEvent } from "../record/event.ts";
import type { SessionMetrics } from "../record/metrics.ts";
import { DEFAULT_SESSION_CONFIG, type SessionConfig } from "./config.ts";
import { Outbox } from "./outbox.ts";
import type { Request } from "./request.ts";
import { checkSeats, type Seat } from "./seat.ts";
import type {
  ConfirmedState,
  InputSample,
  Session,
  SessionPacket,
  SessionStatus,
} from "./session.ts";
import { Simulator } from "./simulator.ts";

export class SinglePlayerSession implements Session {
  readonly #players: readonly Seat[];
  readonly #simulator: Simulator;
  readonly #events = new Outbox<SessionEvent>();
  #hasStarted = false;
  #nowMs = 0;

  /** `players[playerIndex]`, all local when left out; seats that get no input do the neutral action. */
  constructor(
    environment: Environment,
    { onHidden }: Pick<SessionConfig, "onHidden"> = DEFAULT_SESSION_CONFIG,
    players?: readonly Seat[],
  ) {
    const faults = players === undefined ? [] : checkSeats(environment, players);
    assert(faults.length === 0, () => faults.join("; "));
    this.#players = players ?? [];
    const rules = { predictor: "neutral", onHidden, onInterruption: "continue" } as const;
    this.#simulator = new Simulator(environment, rules);
  }

  get status(): SessionStatus {
    const { endFrame } = this.#simulator;
    return endFrame === null ? { kind: "running" } : { kind: "ended", endFrame };
  }

  get currentFrame(): number {
    return this.#simulator.sync.currentFrame;
  }

  get confirmedFrame(): number {
    return this.#simulator.endFrame ?? this.currentFrame;
  }

  get rate(): number {
    return 1;
  }

  receive(): void {
    // Nobody sends anything to a player who is alone.
  }

  addLocalInput(playerIndex: number, sample: InputSample): void {
    this.#simulator.localInputs.set(playerIndex, sample);
  }

  advance(nowMs: number): readonly Request[] {
    this.#nowMs = nowMs;
    const simulator = this.#simulator;
    simulator.beginTick();
    if (!this.#hasStarted) {
      this.#hasStarted = true;
      this.#events.push({ kind: "started", atMs: nowMs });
    }
    if (simulator.endFrame === null) {
      for (let player = 0; player < simulator.layouts.length; player++) {
        if (this.#players[player]?.kind === "bot") {
          simulator.fill(player, this.currentFrame + 1, "bot");
        } else simulator.pushSample(player);
      }
      simulator.advance(nowMs);
      simulator.confirm();
    }
    return simulator.requests;
  }

  reportConfirmed(state: ConfirmedState): void {
    if (!this.#simulator.reportConfirmed(state)) return;
    this.#events.push({ kind: "ended", endFrame: state.frame, atMs: this.#nowMs });
  }

  reportState(): void {
    // Nobody to differ from.
  }

  takeOutgoing(): readonly SessionPacket[] {
    return [];
  }

  takeEvents(): readonly SessionEvent[] {
    return this.#events.take();
  }

  takeConfirmed(): ConfirmedFrames | null {
    return this.#simulator.takeConfirmed();
  }

  metrics(): SessionMetrics {
    const { chain, recorder } = this.#simulator;
    return recorder.snapshot(
      {
        currentFrame: this.currentFrame,
        confirmedFrame: this.confirmedFrame,
        verifiedFrame: chain.newestFrame,
        hashCount: chain.newestFrame,
        inputDelay: { delayFrames: 0, proposals: [] },
      },
      [],
    );
  }
}
