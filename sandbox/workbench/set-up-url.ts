/** A set-up as a query string: versioned, short because what is usual is left out, and checked when read. */
import {
  DEFAULT_SESSION_CONFIG,
  type LinkProfile,
  PERFECT_LINK,
  type SessionConfig,
} from "../../engine/index.ts";
import { GAMES, type Game } from "./games.ts";
import {
  checkSetUp,
  DEFAULT_GAME,
  defaultSetUp,
  type Fault,
  type InputKind,
  NAMED_LINKS,
  perPlayer,
  type SetUp,
} from "./set-up.ts";

/** Raised when an old link would be read as another set-up. */
const VERSION = "1";

/** Names of the session's knobs in a link. */
const SESSION_KEYS: Readonly<Record<string, keyof SessionConfig>> = {
  delay: "inputDelayFrames",
  window: "predictionWindowFrames",
  guess: "predictor",
  sync: "isTimeSyncOn",
  silent: "interruptedAfterMs",
  gone: "disconnectedAfterMs",
  departed: "onDeparture",
  hidden: "onHidden",
  interrupted: "onInterruption",
  countdown: "resumeCountdownMs",
  limit: "pauseLimitMs",
  differing: "onDesync",
};
const LINK_KEYS = Object.keys(PERFECT_LINK) as (keyof LinkProfile)[];

function isSame(a: unknown, b: unknown): boolean {
  return JSON.stringify(a) === JSON.stringify(b);
}

/** A name where there is one, else the members in order without the zeros at the end. */
function linkText(link: LinkProfile): string {
  const named = NAMED_LINKS.find((candidate) => isSame(candidate.link, link));
  if (named !== undefined) return named.id;
  const members = LINK_KEYS.map((key) => String(link[key] ?? ""));
  while (members.at(-1) === "" || members.at(-1) === "0") members.pop();
  return members.join("_") || "0";
}

function parseLink(text: string): LinkProfile {
  const named = NAMED_LINKS.find(({ id }) => id === text);
  if (named !== undefined) return named.link;
  const members = text.split("_");
  const values = LINK_KEYS.map((key, i) => {
    const member = members[i] ?? "";
    return [key, member === "" ? PERFECT_LINK[key] : Number(member)] as const;
  });
  return Object.fromEntries(values) as unknown as LinkProfile;
}

function faultText(fault: Fault): string {
  const { kind, peer } = fault;
  switch (kind) {
    case "desync":
      return [kind, peer, fault.frame, fault.path].join("_");
    case "leave":
      return [kind, peer, fault.atMs].join("_");
    default:
      return [kind, peer, fault.atMs, fault.durationMs].join("_");
  }
}

/** Null for what no fault is written as. */
function parseFault(text: string): Fault | null {
  const [kind, peerText = "", first = "", ...rest] = text.split("_");
  const peer = Number(peerText);
  switch (kind) {
    case "desync":
      return { kind, peer, frame: Number(first), path: rest.join("_") };
    case "leave":
      return { kind, peer, atMs: Number(first) };
    case "hide":
    case "pause":
    case "cut":
    case "reload":
      return { kind, peer, atMs: Number(first), durationMs: Number(rest[0]) };
    default:
      return null;
  }
}

/** Begins with `?`. */
export function setUpToUrl(setUp: SetUp): string {
  const usual = defaultSetUp(setUp.game, setUp.playerCount);
  const params = new URLSearchParams({ v: VERSION, game: setUp.game });
  const put = (name: string, value: unknown, usualValue: unknown, text = String(value)) => {
    if (!isSame(value, usualValue)) params.set(name, text);
  };
  put("n", setUp.playerCount, GAMES[setUp.game]?.usualPlayerCount);
  put("seed", setUp.seed, usual.seed);
  put("frames", setUp.frames, usual.frames);
  put("fps", setUp.fps, usual.fps);
  put("force", setUp.forcedRollbackFrames, usual.forcedRollbackFrames);
  for (const [name, key] of Object.entries(SESSION_KEYS)) {
    put(name, setUp.session[key], usual.session[key]);
  }
  const common = setUp.links[0]?.[1] as LinkProfile;
  put("link", common, usual.links[0]?.[1], linkText(common));
  setUp.links.forEach((row, from) => {
    row.forEach((link, to) => {
      if (from !== to) put(`l${from}${to}`, link, common, linkText(link));
    });
  });
  put("net", setUp.network, usual.network);
  put("in", setUp.inputs, usual.inputs, setUp.inputs.join("_"));
  put("ppm", setUp.driftPpm, usual.driftPpm, setUp.driftPpm.join("_"));
  for (const fault of setUp.faults) params.append("f", faultText(fault));
  return `?${params.toString()}`;
}

function parseSession(params: URLSearchParams): SessionConfig {
  const session: Record<string, unknown> = { ...DEFAULT_SESSION_CONFIG };
  for (const [name, key] of Object.entries(SESSION_KEYS)) {
    const text = params.get(name);
    if (text === null) continue;
    const usual = DEFAULT_SESSION_CONFIG[key];
    if (typeof usual === "boolean") session[key] = text === "true";
    else if (text === "null") session[key] = null;
    else session[key] = typeof usual === "number" ? Number(text) : text;
  }
  return session as unknown as SessionConfig;
}

function parseLinks(params: URLSearchParams, usual: SetUp): LinkProfile[][] {
  const commonText = params.get("link");
  const common = commonText === null ? (usual.links[0]?.[1] as LinkProfile) : parseLink(commonText);
  return perPlayer(usual.playerCount, (from) =>
    perPlayer(usual.playerCount, (to) => {
      const text = params.get(`l${from}${to}`);
      return text === null ? common : parseLink(text);
    }),
  );
}

export interface ParsedSetUp {
  readonly setUp: SetUp;
  /** What was wrong with the link; the set-up is then the usual one of its game. */
  readonly faults: readonly string[];
}

/** Reads the query string of a link, which may be empty; never throws. */
export function setUpFromUrl(search: string): ParsedSetUp {
  const params = new URLSearchParams(search);
  const asked = params.get("game") ?? DEFAULT_GAME;
  const game = Object.hasOwn(GAMES, asked) ? asked : DEFAULT_GAME;
  const { playerCounts, usualPlayerCount } = GAMES[game] as Game;
  const playerCount = Number(params.get("n") ?? usualPlayerCount);
  const isPlayable = playerCounts.includes(playerCount);
  const usual = defaultSetUp(game, isPlayable ? playerCount : usualPlayerCount);
  const version = params.get("v") ?? VERSION;
  if (version !== VERSION) {
    return { setUp: usual, faults: [`Expected a link of version ${VERSION}, got ${version}`] };
  }
  const number = (name: string, usualValue: number) => Number(params.get(name) ?? usualValue);
  const list = (name: string) => params.get(name)?.split("_") ?? null;
  const faultTexts = params.getAll("f");
  const setUp: SetUp = {
    ...usual,
    game: asked,
    playerCount,
    seed: number("seed", usual.seed),
    frames: number("frames", usual.frames),
    fps: params.has("fps") ? Number(params.get("fps")) : null,
    forcedRollbackFrames: number("force", 0),
    session: parseSession(params),
    links: parseLinks(params, usual),
    network: (params.get("net") as SetUp["network"] | null) ?? usual.network,
    inputs: (list("in") as InputKind[] | null) ?? usual.inputs,
    driftPpm: list("ppm")?.map(Number) ?? usual.driftPpm,
    faults: faultTexts.flatMap((text) => parseFault(text) ?? []),
  };
  const unread = faultTexts.filter((text) => parseFault(text) === null);
  const faults = [
    ...unread.map((text) => `Expected a fault such as hide_1_2000_500, got ${text}`),
    ...checkSetUp(setUp),
  ];
  return { setUp: faults.length === 0 ? setUp : usual, faults };
}
