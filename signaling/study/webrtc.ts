/** How the pages of a game find each other: STUN and TURN servers, and which ways play may take. */
import type { FaultList } from "./fault.ts";

/** Entries of RTCConfiguration's `iceServers`. */
export interface IceServer {
  urls: string | readonly string[];
  username?: string;
  credential?: string;
}

/** A TURN server that shares a secret with this one (coturn's `use-auth-secret`). */
export interface TurnOptions {
  urls: string | readonly string[];
  /** Never leaves the server: each player gets a name and a password made of it, for one game. */
  sharedSecret: string;
  /** How long they can be used; longer than any game lasts, because a lost path is searched anew. */
  ttlS?: number;
}

export interface WebrtcOptions {
  iceServers?: readonly IceServer[];
  turn?: TurnOptions;
  transportMode?: Webrtc["transportMode"];
}

export interface Webrtc {
  /** None by default: direct play then needs both pages on one network, the rest is relayed. */
  readonly iceServers: readonly IceServer[];
  readonly turn: Readonly<Required<TurnOptions>> | null;
  /**
   * `turn-only` hides each page's address from the other; `relay-only` sends every packet through
   * the study server and makes no WebRTC connection at all.
   */
  readonly transportMode: "direct-first" | "turn-only" | "relay-only";
}

const MODES: readonly Webrtc["transportMode"][] = ["direct-first", "turn-only", "relay-only"];

/** What the draft of the TURN REST API recommends. */
const TTL_DEFAULT_S = 86_400;
const TTL_MAX_S = 604_800;

const ANY_SERVER = /^(stun|turn)s?:[^\s]+$/;
const TURN_SERVER = /^turns?:[^\s]+$/;

/** None for anything that is not one text or several. */
function urlsOf(urls: unknown): readonly string[] {
  const list: unknown[] = [urls].flat();
  return list.every((url) => typeof url === "string") ? list : [];
}

const areAll = (urls: readonly string[], pattern: RegExp) =>
  urls.length > 0 && urls.every((url) => pattern.test(url));

function iceServerFaults(list: FaultList, servers: unknown): void {
  const entries: Partial<IceServer>[] = Array.isArray(servers) ? servers : [];
  const isRight =
    Array.isArray(servers) && entries.every((server) => areAll(urlsOf(server?.urls), ANY_SERVER));
  const what = "a list of { urls } that begin with stun:, stuns:, turn: or turns:";
  // Credentials are not for a terminal.
  const shown = Array.isArray(servers) ? entries.map((server) => server?.urls ?? null) : servers;
  list.expect(isRight, "iceServers", what, shown);
  if (!isRight) return;
  for (const { urls, username, credential } of entries) {
    const isComplete = [username, credential].every((text) => typeof text === "string");
    if (isComplete || !urlsOf(urls).some((url) => TURN_SERVER.test(url))) continue;
    list.expect(false, "iceServers", "given with username and credential for each turn:", urls);
  }
}

function turnFaults(list: FaultList, turn: TurnOptions): void {
  if (typeof turn !== "object" || turn === null) {
    list.expect(false, "turn", "{ urls, sharedSecret, ttlS }", typeof turn);
    return;
  }
  list.known("turn", turn, ["urls", "sharedSecret", "ttlS"]);
  const areTurn = areAll(urlsOf(turn.urls), TURN_SERVER);
  list.expect(areTurn, "turn.urls", "texts that begin with turn: or turns:", turn.urls);
  if (typeof turn.sharedSecret !== "string" || turn.sharedSecret.trim() === "") {
    // The value itself is not for a terminal.
    const got = turn.sharedSecret === undefined ? "none" : "something else";
    list.add(`Expected \`turn.sharedSecret\` to be a text that is not empty, got ${got}`);
  }
  list.integer("turn.ttlS", turn.ttlS ?? TTL_DEFAULT_S, 60, TTL_MAX_S);
}

export function webrtcFaults(list: FaultList, webrtc: WebrtcOptions): void {
  list.known("webrtc", webrtc, ["iceServers", "turn", "transportMode"]);
  const { iceServers = [], turn, transportMode = "direct-first" } = webrtc;
  list.oneOf("transportMode", transportMode, MODES);
  iceServerFaults(list, iceServers);
  if (turn !== undefined) turnFaults(list, turn);
  const hasTurn =
    turn !== undefined ||
    (Array.isArray(iceServers) &&
      iceServers.some((server) => urlsOf(server?.urls).some((url) => TURN_SERVER.test(url))));
  if (transportMode === "turn-only" && !hasTurn) {
    list.add("Expected `turn` or a turn: server in `iceServers` for turn-only, got neither");
  }
}

/** Of options without faults. */
export function webrtcData({ iceServers, turn, transportMode }: WebrtcOptions): Webrtc {
  return {
    iceServers: iceServers ?? [],
    turn: turn === undefined ? null : { ttlS: TTL_DEFAULT_S, ...turn },
    transportMode: transportMode ?? "direct-first",
  };
}
