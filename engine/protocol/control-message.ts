/** Rare messages on the reliable channel: greeting, return, handing over, end, hashes of a disputed stretch. */
import { z } from "zod";
import { asciiJson } from "../determinism/ascii-json.ts";
import { GENERATION_MAX } from "./play-packet.ts";

/** Raised with every change of a packet or message that an older peer would misread. */
export const WIRE_VERSION = 3;

/** Hashes in one message; a stretch in dispute begins at most this far behind. */
export const DISPUTED_HASHES_MAX = 2_048;
/** What every path carries in one message; three times the JSON of a large state. */
export const CONTROL_BYTES_MAX = 65_536;

/** Two survivors can be no further apart in what they hold of a third than two windows and delays. */
export const DEPARTED_ROWS_MAX = 160;

/** Frames of input delay that anybody may ask for. */
export const DELAY_FRAMES_MAX = 15;

/** A minute is longer than any path that play could use. */
const durationMs = z.number().min(0).max(60_000);
/** Characters of a snapshot in one message: at six bytes for the rarest character it still fits. */
export const SNAPSHOT_TEXT_MAX = 8_192;
/** A state of 4 MB is far beyond what a frame has time to save. */
const SNAPSHOT_PARTS_MAX = 512;
/** Frames in one message of a log; its bytes bound it before, but for tiny games. */
export const LOG_FRAMES_MAX = 1_024;
/** Three hours at 60 frames a second. */
const FRAME_MAX = 648_000;
/** Longer than any user agent; a longer description is cut by whoever gives it. */
export const SOFTWARE_LENGTH_MAX = 600;

const delayFrames = z.int().min(0).max(DELAY_FRAMES_MAX);
const frame = z.int().min(0).max(FRAME_MAX);
const word = z.int().min(0).max(0xffffffff);
/** How often a peer's page has come back; 0 for the first. */
const incarnation = z.int().min(0).max(0xffff);
/** How often the sender's hash chain was cut when it wrote this. */
const generation = z.int().min(0).max(GENERATION_MAX);
/** What the sender runs: product version and browser, for reports. */
const software = z.string().max(SOFTWARE_LENGTH_MAX);
const hash = z.string().regex(/^[0-9a-f]{16}$/);

/** What the sender has of one player's inputs. */
const holding = z.strictObject({
  player: z.int().min(0).max(31),
  /** Inputs held; `rows` are the last of them, as words. */
  length: frame,
  rows: z.array(z.array(word).max(256)).max(DEPARTED_ROWS_MAX),
});

const controlMessage = z.discriminatedUnion("kind", [
  z.strictObject({
    kind: z.literal("hello"),
    episode: z.int().min(0),
    /** Everything that must be equal for two simulations to be the same, by name. */
    digest: z.record(z.string(), z.string()),
    incarnation,
    /** The sender knows nothing of the episode: its page before this one is gone. */
    isReturning: z.boolean(),
    software,
  }),
  z.strictObject({
    kind: z.literal("input-delay"),
    episode: z.int().min(0),
    /** What the sender measured before frame 0, of its slowest link, and asks for. */
    delayFrames,
    rttP95Ms: durationMs.nullable(),
    jitterMs: durationMs.nullable(),
    samples: z.int().min(0).max(10_000),
  }),
  z.strictObject({
    kind: z.literal("welcome"),
    episode: z.int().min(0),
    /** Incarnations of the receiver that is welcome, and of the sender. */
    yours: incarnation,
    mine: incarnation,
    software,
    /** Next frame that the sender simulates. */
    currentFrame: frame,
    /** The group's input delay, and what the receiver's page before had asked for; null before. */
    agreedDelayFrames: delayFrames.nullable(),
    askedDelayFrames: delayFrames.nullable(),
    /** What the sender has of the receiver's players. */
    held: z.array(holding).max(8),
  }),
  z.strictObject({
    kind: z.literal("refused"),
    episode: z.int().min(0),
    yours: incarnation,
    reason: z.string().max(500),
  }),
  /** Asks for everything that is confirmed, and a state to go on from. */
  z.strictObject({ kind: z.literal("ask"), episode: z.int().min(0) }),
  z.strictObject({
    kind: z.literal("log"),
    episode: z.int().min(0),
    fromFrame: frame,
    /** `words[playerIndex]`: that player's rows from `fromFrame` on, end to end. */
    words: z.array(z.array(word)).max(8),
    /** `hashes[i]` is of the state of frame `fromFrame + i + 1`. */
    hashes: z.array(hash).max(LOG_FRAMES_MAX),
  }),
  z.strictObject({
    kind: z.literal("snapshot"),
    episode: z.int().min(0),
    frame,
    generation,
    part: z.int().min(0).max(SNAPSHOT_PARTS_MAX),
    parts: z.int().min(1).max(SNAPSHOT_PARTS_MAX),
    /** A piece of the state's JSON; empty for frame 0, which everybody can make. */
    text: z.string().max(SNAPSHOT_TEXT_MAX),
  }),
  /** The sender has taken the log up to `frame`. */
  z.strictObject({ kind: z.literal("followed"), episode: z.int().min(0), frame }),
  z.strictObject({
    kind: z.literal("end"),
    episode: z.int().min(0),
    endFrame: frame,
    chain: z.int().min(0),
    generation,
  }),
  z.strictObject({
    kind: z.literal("hashes"),
    episode: z.int().min(0),
    generation,
    /** `hashes[i]` is of the state of frame `fromFrame + i`. */
    fromFrame: frame,
    hashes: z.array(hash).max(DISPUTED_HASHES_MAX),
    isReply: z.boolean(),
  }),
  z.strictObject({
    kind: z.literal("departed"),
    episode: z.int().min(0),
    /** What is held of the player whose peer has fallen silent for good. */
    held: holding,
    /** Whether every survivor has reported: `held.length` is where the player is cut. */
    isSettled: z.boolean(),
  }),
  z.strictObject({
    kind: z.literal("state"),
    episode: z.int().min(0),
    generation,
    frame,
    /** The sender's state of that frame, JSON-like. */
    state: z.json(),
  }),
  z.strictObject({
    kind: z.literal("recover"),
    episode: z.int().min(0),
    /** The generation that the sender has begun, by going back to `agreedFrame`. */
    generation: generation.min(1),
    /** First frame in which two peers differed. */
    frame: frame.min(1),
    agreedFrame: frame,
    /** Chain value of `agreedFrame`. */
    chain: z.int().min(0),
  }),
]);

const envelope = z.strictObject({ epoch: z.int().min(0), message: controlMessage });

export type ControlMessage = z.infer<typeof controlMessage>;
type WithoutEpisode<M> = M extends ControlMessage ? Omit<M, "episode"> : never;
/** What a part of a session says; the session adds of which episode. */
export type ControlContent = WithoutEpisode<ControlMessage>;
export type Holding = z.infer<typeof holding>;
/** A message with the sum of both ends' incarnations, which tells what was meant for an earlier page. */
export type ControlEnvelope = z.infer<typeof envelope>;

/** ASCII only: everything else is escaped, so that bytes and characters are the same. */
export function encodeControl(message: ControlMessage, epoch: number): Uint8Array {
  const text = asciiJson(JSON.stringify({ epoch, message }));
  return Uint8Array.from(text, (character) => character.charCodeAt(0));
}

/** Null for anything that is not a message; never throws. */
export function decodeControl(bytes: Uint8Array): ControlEnvelope | null {
  if (bytes.length > CONTROL_BYTES_MAX) return null;
  try {
    const parsed = envelope.safeParse(JSON.parse(textOf(bytes)));
    return parsed.success ? parsed.data : null;
  } catch {
    // Not JSON: a peer's bytes, not our fault.
    return null;
  }
}

/** `fromCharCode` takes its characters as arguments, of which engines allow some ten thousands. */
const TEXT_SLICE = 8_192;

function textOf(bytes: Uint8Array): string {
  let text = "";
  for (let at = 0; at < bytes.length; at += TEXT_SLICE) {
    text += String.fromCharCode(...bytes.subarray(at, at + TEXT_SLICE));
  }
  return text;
}
