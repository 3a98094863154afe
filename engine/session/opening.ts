/**
 * From the agreement of all peers to frame 0. With a fixed input delay there is nothing between them. Otherwise
 * packets without inputs cross each link at the tick rate, by the very path of play; every peer tells the others what
 * it asks for, and the most of it holds for all.
 */
import { assert } from "../determinism/assert.ts";
import type { Environment } from "../environment/environment.ts";
import type { ControlContent, ControlMessage } from "../protocol/control-message.ts";
import type { Peer } from "../protocol/peer.ts";
import type { SessionEvent } from "../record/event.ts";
import type { DelayProposal, InputDelayRecord } from "../record/metrics.ts";
import type { SessionConfig } from "./config.ts";
import { clampDelay, type LinkBounds, proposeDelay } from "./input-delay.ts";
import type { Seat } from "./seat.ts";
import type { Simulator } from "./simulator.ts";

type ProposalMessage = Extract<ControlMessage, { kind: "input-delay" }>;
type Measured = Omit<DelayProposal, "playerIndex">;

/** The nearest rank of 95 of 100 leaves three round trips above it: one lost in a hiccup decides nothing. */
const SAMPLES_WANTED = 60;
/** Far beyond the slowest page load and connection: a host that knows of a loss ends the session earlier. */
export const OPENING_MS_MAX = 60_000;
/** A second at 60 frames a second with room for losses and for games of few frames; then with what there is. */
const MEASURE_MS_MAX = 4_000;

export interface OpeningOptions {
  readonly peers: readonly Peer[];
  readonly players: readonly Seat[];
  readonly environment: Pick<Environment, "fps">;
  readonly simulator: Simulator;
  readonly config: Pick<SessionConfig, "inputDelayFrames" | "predictionWindowFrames">;
  readonly host: {
    send(peer: Peer, message: ControlContent): void;
    emit(event: SessionEvent): void;
    /** Nothing that frame 0 needs will come of the peer. */
    lost(peer: Peer): void;
  };
}

export class Opening {
  readonly #options: OpeningOptions;
  readonly #localPlayer: number;
  /** Null with a fixed delay. */
  readonly #bounds: LinkBounds | null;
  /** By player index, of the peers and of this side. */
  readonly #proposals = new Map<number, DelayProposal>();
  #delayFrames: number | null = null;
  #giveUpMs: number | null = null;
  #deadlineMs: number | null = null;
  #hasStarted = false;

  constructor(options: OpeningOptions) {
    this.#options = options;
    this.#localPlayer = options.players.findIndex(({ kind }) => kind === "local");
    // Whoever plays alone waits for nobody.
    const inputDelayFrames = options.peers.length === 0 ? 0 : options.config.inputDelayFrames;
    this.#bounds = typeof inputDelayFrames === "number" ? null : inputDelayFrames.fromLink;
    if (typeof inputDelayFrames === "number") this.#agree(inputDelayFrames);
  }

  /** Whether frame 0 may run. */
  get hasStarted(): boolean {
    return this.#hasStarted;
  }

  /** Frames between a key press and its effect; null until all have agreed. */
  get delayFrames(): number | null {
    return this.#delayFrames;
  }

  get inputDelay(): InputDelayRecord {
    return { delayFrames: this.#delayFrames, proposals: this.#sorted() };
  }

  /** Everybody has agreed on what is played. */
  begin(nowMs: number): void {
    this.#deadlineMs = nowMs + MEASURE_MS_MAX;
    if (this.#bounds !== null) {
      for (const { link } of this.#options.peers) link.roundTripsMs = [];
    }
    this.#startWhenAgreed(nowMs);
  }

  /** Tells the new page of a peer what this side asked for, if it has. */
  tell(peer: Peer): void {
    const own = this.#proposals.get(this.#localPlayer);
    if (own === undefined) return;
    const { playerIndex, ...measured } = own;
    this.#options.host.send(peer, { kind: "input-delay", ...measured });
  }

  /** What the player has asked for, as far as this side knows; null before. */
  askedBy(playerIndex: number): number | null {
    return this.#proposals.get(playerIndex)?.delayFrames ?? null;
  }

  /**
   * Goes on with what this side's page before had asked for, or what all had agreed on: whoever still waits
   * for it then comes to the same.
   */
  resume(askedFrames: number | null, agreedFrames: number | null): void {
    const { peers } = this.#options;
    const delayFrames = agreedFrames ?? askedFrames;
    if (this.#bounds === null || delayFrames === null) return;
    const measured = { delayFrames, rttP95Ms: null, jitterMs: null, samples: 0 };
    this.#proposals.set(this.#localPlayer, { playerIndex: this.#localPlayer, ...measured });
    for (const peer of peers) this.tell(peer);
    if (agreedFrames !== null) this.#agree(agreedFrames);
  }

  /** Once a tick until the start: gives up on whoever is missing, and proposes as soon as enough was measured. */
  measure(nowMs: number): void {
    const { peers, host } = this.#options;
    this.#giveUpMs ??= nowMs + OPENING_MS_MAX;
    const isLate = nowMs >= this.#giveUpMs;
    for (const peer of peers) {
      if (this.#isMissing(peer) && (isLate || peer.state.kind === "closed")) host.lost(peer);
    }
    if (this.#deadlineMs === null || this.#proposals.has(this.#localPlayer)) return;
    const isEnough = peers.every(({ link }) => (link.roundTripsMs?.length ?? 0) >= SAMPLES_WANTED);
    if (isEnough || nowMs >= this.#deadlineMs) this.#propose(nowMs);
  }

  /** Takes a peer's proposal; the first one counts, and none beyond the bounds. */
  receive({ players }: Peer, message: ProposalMessage, nowMs: number): void {
    const playerIndex = players[0] as number;
    if (this.#bounds === null || this.#proposals.has(playerIndex)) return;
    const { delayFrames, rttP95Ms, jitterMs, samples } = message;
    const bounded = clampDelay(delayFrames, this.#bounds);
    const proposal = { playerIndex, delayFrames: bounded, rttP95Ms, jitterMs, samples };
    this.#proposals.set(playerIndex, proposal);
    this.#startWhenAgreed(nowMs);
  }

  /** Whether the peer has yet to agree or, when all have, to say what it asks for. */
  #isMissing({ state, players }: Peer): boolean {
    if (this.#deadlineMs === null) return state.kind === "handshaking";
    return !this.#proposals.has(players[0] as number);
  }

  #propose(nowMs: number): void {
    const { peers, environment, config, host } = this.#options;
    const frameMs = 1000 / environment.fps;
    const windowFrames = config.predictionWindowFrames;
    const bounds = this.#bounds as LinkBounds;
    let worst: Measured | null = null;
    for (const { link } of peers) {
      const measured = proposeDelay(link.roundTripsMs ?? [], bounds, { frameMs, windowFrames });
      if (worst === null || isWorse(measured, worst)) worst = measured;
      link.roundTripsMs = null;
    }
    assert(worst !== null, () => "Expected a peer, got none");
    this.#proposals.set(this.#localPlayer, { playerIndex: this.#localPlayer, ...worst });
    for (const peer of peers) host.send(peer, { kind: "input-delay", ...worst });
    this.#startWhenAgreed(nowMs);
  }

  #startWhenAgreed(nowMs: number): void {
    const { peers, host } = this.#options;
    if (this.#hasStarted || this.#deadlineMs === null) return;
    if (this.#bounds !== null && this.#delayFrames === null) {
      if (this.#proposals.size <= peers.length) return;
      const proposals = this.#sorted();
      const delayFrames = Math.max(...proposals.map((proposal) => proposal.delayFrames));
      this.#agree(delayFrames);
      host.emit({ kind: "input-delay", delayFrames, proposals, atMs: nowMs });
    }
    this.#hasStarted = true;
    host.emit({ kind: "started", atMs: nowMs });
  }

  #agree(delayFrames: number): void {
    this.#delayFrames = delayFrames;
    const { simulator, players } = this.#options;
    for (const player of players.keys()) simulator.fill(player, delayFrames, "neutral");
  }

  #sorted(): DelayProposal[] {
    return [...this.#proposals.values()].sort((a, b) => a.playerIndex - b.playerIndex);
  }
}

/** Within the bounds two links may ask for the same: the slower one is told of. */
function isWorse(a: Measured, b: Measured): boolean {
  if (a.delayFrames !== b.delayFrames) return a.delayFrames > b.delayFrames;
  return (a.rttP95Ms ?? Infinity) > (b.rttP95Ms ?? Infinity);
}
