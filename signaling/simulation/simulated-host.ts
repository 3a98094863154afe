/** The page's host in a simulated run: real sockets and HTTP, a player that needs no keyboard, a link with faults. */
import { io } from "socket.io-client";
import {
  type Action,
  type Environment,
  nextFloat,
  nextInt,
  randomAction,
  type Space,
} from "../../engine/index.ts";
import { loadEnvironment } from "../games/environment-bundle.ts";
import type { PageHost } from "../pages/page-host.ts";
import type { Devices, Play } from "../pages/play.ts";
import type { PageSocket } from "../pages/study-socket.ts";
import type { GameStart } from "../protocol.ts";
import type { RelayLink } from "./persona.ts";

/** Told of everything that the server answered. */
export interface Witness {
  /** `latencyMs` lies between sending the message and its answer. */
  answered(event: string, message: unknown, reply: unknown, latencyMs: number): void;
}

export interface SimulatedHostOptions {
  readonly url: string;
  /** Of the participant's link. */
  readonly query: string;
  readonly link: RelayLink;
  readonly random: number[];
  readonly witness: Witness;
}

/** A key is held for a third of a second or so at 30 frames per second. */
const HOLD_FRAMES_MEAN = 10;

type Emit = (event: string, ...parts: unknown[]) => unknown;
type Answered = ((fault: Error | null, reply?: unknown) => void) & { withError?: boolean };

/** Environments by URL: their code is the same for everybody in this thread. */
const environments = new Map<string, Promise<Environment>>();

async function fetchEnvironment(url: string): Promise<Environment> {
  const response = await fetch(url);
  if (!response.ok) throw new Error(`Expected the environment at ${url}, got ${response.status}`);
  return loadEnvironment(await response.text(), url);
}

/** Has relayed packets wait and get lost as on the link. */
function throughLink({ delayMs, jitterMs, lossRatio }: RelayLink, random: number[], emit: Emit) {
  let controlFreeMs = 0;
  return (event: string, message: { readonly channel: string }) => {
    const isControl = message.channel === "control";
    if (!isControl && nextFloat(random) < lossRatio) return;
    const nowMs = performance.now();
    let atMs = nowMs + Math.max(0, delayMs + jitterMs * (2 * nextFloat(random) - 1));
    if (isControl) {
      atMs = Math.max(atMs, controlFreeMs);
      controlFreeMs = atMs;
    }
    setTimeout(() => emit(event, message), atMs - nowMs);
  };
}

function watch(socket: PageSocket, { link, random, witness }: SimulatedHostOptions): PageSocket {
  const emit = socket.emit.bind(socket) as unknown as Emit;
  const relay = throughLink(link, random, (event, message) => {
    if (socket.connected) emit(event, message);
  });
  const watched: Emit = (event, message, answered) => {
    if (event === "relay") {
      relay(event, message as { channel: string });
      return socket;
    }
    if (typeof answered !== "function") return emit(event, message);
    const { withError = false } = answered as Answered;
    const sentAtMs = performance.now();
    const answer: Answered = (...parts) => {
      const reply = withError ? parts[1] : parts[0];
      if (reply !== undefined) {
        witness.answered(event, message, reply, performance.now() - sentAtMs);
      }
      (answered as (...all: unknown[]) => void)(...parts);
    };
    return emit(event, message, Object.assign(answer, { withError }));
  };
  return Object.assign(socket, { emit: watched }) as PageSocket;
}

/** Plays as the game's own bot does or, where it has none, at random. */
function openPlayer(start: GameStart, play: () => Play | null, random: number[]): Devices {
  let held: Action | null = null;
  const next = ({ world }: Play): Action => {
    const { environment, state } = world;
    const { playerIndex } = start;
    if (environment.botAction !== undefined) return environment.botAction(state, playerIndex);
    if (held !== null && nextInt(random, HOLD_FRAMES_MEAN) > 0) return held;
    return randomAction(environment.actionSpaces[playerIndex] as Space, random);
  };
  return {
    sample() {
      const current = play();
      held = current === null ? null : next(current);
      const action = held ?? current?.world.environment.neutralActions[start.playerIndex] ?? 0;
      return { action, isFocused: true };
    },
    consume() {},
    takeHiddenPeriods: () => [],
    close() {},
  };
}

export function simulatedHost(options: SimulatedHostOptions): PageHost {
  const { url, query, random } = options;
  return {
    connect() {
      const socket = io(url, {
        transports: ["websocket"],
        forceNew: true,
        reconnectionDelay: 200,
        reconnectionDelayMax: 2_000,
      });
      return watch(socket, options);
    },
    query,
    touchPoints: 0,
    isHidden: () => false,
    onVisibility() {},
    loadEnvironment(path) {
      const address = new URL(path, url).href;
      const known = environments.get(address) ?? fetchEnvironment(address);
      environments.set(address, known);
      known.catch(() => environments.delete(address));
      return known;
    },
    openDevices: (start, play) => openPlayer(start, play, random),
  };
}
