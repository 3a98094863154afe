/** Every engine of the comparison by name, ready to make peers of a pair. */
import type { Environment, Hasher } from "../../engine/index.ts";
import { flatSwarm, plainSwarm } from "../swarm.ts";
import { loadNetplay, NetplayPeer } from "./netplayjs-peer.ts";
import { RollbackNetcodePeer } from "./rollback-netcode-peer.ts";
import type { PeerSeat, RollbackPeer } from "./rollback-peer.ts";
import { TandemPeer } from "./tandem-peer.ts";
import { loadTelegraph, TelegraphPeer } from "./telegraph-peer.ts";

/** Engines whose two sides cost the same are one entry; netplayjs' host and client differ. */
export const ENGINES = [
  "tandem-flat",
  "tandem-plain",
  "netplayjs",
  "telegraph",
  "telegraph-binary",
  "rollback-netcode-json",
  "rollback-netcode-binary",
] as const;

export type Engine = (typeof ENGINES)[number];

/** Makes one side of a pair. */
export type MakePeer = (seat: PeerSeat) => RollbackPeer;

export interface EngineOptions {
  readonly hasher: Hasher;
  /** Frames our engine may guess ahead; the others bring their own windows. */
  readonly windowFrames: number;
  /** Whether our engine hashes states and bends its rate; the others do neither. */
  readonly isComplete: boolean;
}

export async function loadEngine(engine: Engine, options: EngineOptions): Promise<MakePeer> {
  switch (engine) {
    case "tandem-flat":
      return tandem(flatSwarm, options);
    case "tandem-plain":
      return tandem(plainSwarm, options);
    case "netplayjs": {
      const module = await loadNetplay();
      return (seat) => new NetplayPeer(seat, module);
    }
    case "telegraph":
    case "telegraph-binary": {
      const module = await loadTelegraph();
      const save = engine === "telegraph" ? "json" : "binary";
      return (seat) => new TelegraphPeer(seat, module, save);
    }
    case "rollback-netcode-json":
      return (seat) => new RollbackNetcodePeer(seat, false);
    case "rollback-netcode-binary":
      return (seat) => new RollbackNetcodePeer(seat, true);
  }
}

function tandem(environmentOf: (bodies: number) => Environment, options: EngineOptions): MakePeer {
  return ({ player, bodies, seed }) =>
    new TandemPeer({
      player,
      environment: environmentOf(bodies),
      seed,
      hasher: options.hasher,
      isHashed: options.isComplete,
      isCompiled: true,
      config: {
        predictionWindowFrames: options.windowFrames,
        isTimeSyncOn: options.isComplete,
      },
    });
}
