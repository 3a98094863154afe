/** The transport contract on everything that needs no browser. */
import { PERFECT_LINK } from "../../engine/simulation/link-profile.ts";
import { SimulatedNetwork } from "../../engine/simulation/network.ts";
import { VirtualClock } from "../../engine/simulation/virtual-clock.ts";
import type { PathTransport } from "../../engine/transport/path-transport.ts";
import { createRelayTransport, type RelayTransport } from "../../engine/transport/relay.ts";
import { SwitchingTransport } from "../../engine/transport/switching-transport.ts";
import type { Path, PathCounts } from "../../engine/transport/transport.ts";
import { FakePath } from "../transport/fake-path.ts";
import { sendBorrowed } from "./borrowed.ts";
import { type ContractEnd, type ContractPair, describeTransport } from "./transport-contract.ts";

const STEP_MS = 10;

/** A transport, or a single path, which counts nothing. */
interface Counted extends Pick<PathTransport, "send" | "drain" | "close"> {
  counts?(peer: number): PathCounts;
}

function endOf(transport: Counted, own: number): ContractEnd {
  return {
    send: (peer, channel, bytes) => sendBorrowed(transport, { peer, channel, bytes }),
    drain: () => transport.drain(),
    counts: () => transport.counts?.(1 - own) ?? null,
    close: () => transport.close(),
  };
}

function simulated(profile = PERFECT_LINK): ContractPair {
  const clock = new VirtualClock();
  const network = new SimulatedNetwork({ clock, seed: 7, profile: () => profile, partitions: [] });
  return {
    ends: [endOf(network.connect(0), 0), endOf(network.connect(1), 1)],
    path: "direct",
    pump() {
      let isOver = false;
      clock.at(clock.nowUs + STEP_MS * 1_000, () => {
        isOver = true;
      });
      while (!isOver) clock.step();
    },
  };
}

/** What the study server does: passes on to the other, a moment later. */
function relayPair(): [RelayTransport, RelayTransport] {
  const ends: RelayTransport[] = [];
  for (const own of [0, 1]) {
    const relay = createRelayTransport({
      onArrival: () => {},
      port: {
        isOpen: (peer) => peer === 1 - own,
        emit(toPeer, channel, bytes) {
          const copy = bytes.slice();
          queueMicrotask(() => ends[toPeer]?.deliver(own, channel, copy));
          return "sent";
        },
      },
    });
    ends.push(relay);
  }
  return ends as [RelayTransport, RelayTransport];
}

interface Paths {
  readonly direct: readonly PathTransport[];
  readonly relay: readonly PathTransport[];
  readonly path: Path | null;
  /** Called before each moment. */
  change?(round: number): void;
}

function switching({ direct, relay, path, change }: Paths): ContractPair {
  let nowMs = 0;
  let round = 0;
  const transports = [0, 1].map(
    (own) =>
      new SwitchingTransport({
        peers: [1 - own],
        direct: direct[own] ?? null,
        relay: relay[own] ?? null,
        now: () => nowMs,
      }),
  ) as [SwitchingTransport, SwitchingTransport];
  for (const transport of transports) transport.drain();
  return {
    ends: [endOf(transports[0], 0), endOf(transports[1], 1)],
    path,
    pump() {
      nowMs += STEP_MS;
      change?.(round++);
      return Promise.resolve();
    },
  };
}

function openPath(): FakePath {
  const path = new FakePath();
  path.open();
  return path;
}

/** The direct path comes and goes; what was on its way when it goes is lost. */
function flapping(): ContractPair {
  const direct = openPath();
  const change = (round: number) => {
    if (round % 150 === 20) direct.breakOff();
    if (round % 150 === 40) direct.open();
  };
  return switching({ direct: direct.ends, relay: openPath().ends, path: null, change });
}

describeTransport("simulated network", () => simulated());

describeTransport("simulated network that loses, doubles, delays and reorders", () =>
  simulated({
    ...PERFECT_LINK,
    delayMs: 30,
    jitterMs: 25,
    lossRatio: 0.3,
    duplicateRatio: 0.1,
    reorderRatio: 0.1,
    reorderMs: 60,
  }),
);

describeTransport("simulated network of little bandwidth", () =>
  simulated({ ...PERFECT_LINK, delayMs: 10, bandwidthKbitPerS: 2_000 }),
);

describeTransport("relay", () => {
  const [first, second] = relayPair();
  return { ends: [endOf(first, 0), endOf(second, 1)], path: "relay", pump: () => {} };
});

describeTransport("switching transport with the relay alone", () =>
  switching({ direct: [], relay: relayPair(), path: "relay" }),
);

describeTransport("switching transport on a direct path", () =>
  switching({ direct: openPath().ends, relay: openPath().ends, path: "direct" }),
);

describeTransport("switching transport whose direct path comes and goes", flapping);
