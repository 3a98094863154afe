/** Where the control messages of a session's peers go: each kind to the part that knows about it. */
import {
  type ControlContent,
  type ControlMessage,
  decodeControl,
} from "../protocol/control-message.ts";
import type { Peer } from "../protocol/peer.ts";
import type { SessionEvent } from "../record/event.ts";
import { Audience } from "./audience.ts";
import { Departures } from "./departures.ts";
import { HandOver, type Receiver } from "./hand-over.ts";
import { type P2PSessionOptions, softwareOf } from "./handshake.ts";
import type { Opening } from "./opening.ts";
import type { PeerGroup } from "./peer-group.ts";
import { Readmission } from "./readmission.ts";
import { Return } from "./return.ts";
import type { AbortReason } from "./session.ts";
import type { Simulator } from "./simulator.ts";
import { Verification } from "./verification.ts";

export interface ControlDeskOptions {
  readonly session: P2PSessionOptions;
  readonly simulator: Simulator;
  readonly group: PeerGroup;
  readonly opening: Opening;
  readonly localPlayers: readonly number[];
  readonly host: {
    send(to: Receiver, message: ControlContent): void;
    emit(event: SessionEvent): void;
    abort(reason: AbortReason, detail: string): void;
    /** Why nobody may come back any more; null while they may. */
    closedReason(): string | null;
    endFrame(): number | null;
  };
}

type Message<Kind> = Extract<ControlMessage, { kind: Kind }>;

/** Messages of these kinds say themselves which page they are for. */
const EPOCHLESS: readonly ControlMessage["kind"][] = ["hello", "welcome", "refused"];

export class ControlDesk {
  readonly verification: Verification;
  readonly departures: Departures;
  readonly handOver: HandOver;
  readonly audience: Audience;
  /** This side's own return into a running episode; null for a page that began with it. */
  readonly ownReturn: Return | null;
  readonly #options: ControlDeskOptions;
  readonly #readmission: Readmission;

  constructor(options: ControlDeskOptions) {
    this.#options = options;
    const { session, simulator, group, opening, host, localPlayers } = options;
    const { chain } = simulator;
    const software = softwareOf(session);
    const { config, resume, players } = session;
    const parts = { simulator, config, players, opening, peers: group.peers };
    this.verification = new Verification({ ...parts, software, host });
    this.departures = new Departures({ ...parts, host });
    this.handOver = new HandOver({
      ...parts,
      host: {
        send: (to, message) => host.send(to, message),
        settledFrame: () => this.verification.recovery.settledFrame,
        verifiedFrame: () => group.verifiedFrame(chain.newestFrame),
        endFrame: () => host.endFrame(),
      },
    });
    this.audience = new Audience({
      spectators: session.spectators ?? [],
      handOver: this.handOver,
      episode: session.episode,
      digest: session.digest,
      send: (to, message) => host.send(to, message),
    });
    this.#readmission = new Readmission({
      ...parts,
      group,
      departures: this.departures,
      handOver: this.handOver,
      incarnation: resume?.incarnation ?? 0,
      software,
      send: (peer, message) => host.send(peer, message),
    });
    this.ownReturn =
      resume === undefined ? null : new Return({ ...parts, resume, localPlayers, host });
  }

  /** Whether this page has come back and is not playing yet. */
  get isReturning(): boolean {
    return this.ownReturn !== null && !this.ownReturn.hasJoined;
  }

  /** Once a tick until joined; play begins when this page has heard everything it lacks. */
  advanceReturn(nowMs: number): void {
    const { ownReturn } = this;
    ownReturn?.advance(nowMs);
    if (ownReturn === null || !ownReturn.hasJoined) return;
    this.#options.group.start(nowMs);
    for (const peer of ownReturn.fellows) this.#readmission.welcome(peer);
    for (const { from, message } of ownReturn.kept) this.#dispatch(from, message, nowMs);
  }

  /** Takes the bytes of a control message, whatever they are. */
  receive(peer: Peer, bytes: Uint8Array, nowMs: number): void {
    const { session, host } = this.#options;
    const envelope = decodeControl(bytes);
    if (envelope === null) peer.link.packetsMalformed++;
    if (envelope === null || envelope.message.episode !== session.episode) return;
    const { epoch, message } = envelope;
    if (host.closedReason() !== null || peer.state.kind === "closed") {
      const reason = host.closedReason() ?? this.departures.describe();
      if (message.kind === "hello") this.#readmission.refuse(peer, message, reason);
      else if (message.kind === "refused" && this.#yields(peer))
        this.#receiveRefusal(peer, message);
      return;
    }
    if (epoch !== peer.epoch && !EPOCHLESS.includes(message.kind)) return;
    peer.lastHeardMs = nowMs;
    if ("software" in message) peer.software = message.software;
    if (message.kind === "input-delay") this.#options.opening.receive(peer, message, nowMs);
    else if (message.kind === "refused") this.#receiveRefusal(peer, message);
    else if (this.isReturning) this.ownReturn?.receive(peer, message);
    else this.#dispatch(peer, message, nowMs);
  }

  #dispatch(peer: Peer, message: ControlMessage, nowMs: number): void {
    switch (message.kind) {
      case "hello":
        this.#receiveHello(peer, message, nowMs);
        break;
      case "welcome":
        if (peer.incarnation === message.mine) peer.resumeAt(message.held[0]?.length ?? 0);
        break;
      case "ask":
        if (peer.isReturning) this.handOver.begin(peer, false);
        break;
      case "followed":
        this.handOver.followed(peer.peer, message.frame);
        break;
      case "end":
        peer.end = message;
        peer.reportedChain = { ...message, frame: message.endFrame };
        this.verification.check(peer);
        break;
      case "hashes":
        this.verification.receiveHashes(peer, message, nowMs);
        break;
      case "departed":
        this.departures.receive(peer, message);
        break;
      case "recover":
        this.verification.recovery.receive(peer, message);
        break;
      case "state":
        this.verification.receiveState(peer, message, nowMs);
        break;
      default:
        // Nothing that was not asked for.
        break;
    }
  }

  #receiveHello(peer: Peer, message: Message<"hello">, nowMs: number): void {
    const difference = this.#options.group.receiveHello(peer, message, nowMs);
    if (difference === null) this.#readmission.receiveHello(peer, message, nowMs);
    else this.#readmission.refuse(peer, message, difference);
  }

  /** Of two who went on alone, each without the other, the lower seat plays on when they hear of each other. */
  #yields({ peer }: Peer): boolean {
    const { group, localPlayers } = this.#options;
    const isAlone = group.peers.every(({ state }) => state.kind === "closed");
    return isAlone && peer < (localPlayers[0] as number);
  }

  /** A page that the others do not let back in, or go on without, ends; not after the end of the episode. */
  #receiveRefusal(peer: Peer, message: Message<"refused">): void {
    const { session, host } = this.#options;
    const isMeant = (session.resume?.incarnation ?? 0) === message.yours;
    if (!isMeant || host.closedReason() !== null || host.endFrame() !== null) return;
    host.emit({ kind: "return-refused", peer: peer.peer, message: message.reason });
    host.abort("return-refused", message.reason);
  }
}
