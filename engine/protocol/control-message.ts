/** Rare messages on the reliable channel: greeting, end of an episode, hashes of a disputed stretch. */
import { z } from "zod";
import { asciiJson } from "../determinism/ascii-json.ts";

/** Raised with every change of a packet or message that an older peer would misread. */
export const WIRE_VERSION = 1;

/** Hashes in one message; a stretch in dispute begins at most this far behind. */
export const DISPUTED_HASHES_MAX = 2_048;
/** What every path carries in one message; three times the JSON of a large state. */
export const CONTROL_BYTES_MAX = 65_536;

/** Two survivors can be no further apart in what they hold of a third than two windows and delays. */
export const DEPARTED_ROWS_MAX = 160;

/** Frames of input delay that anybody may ask for. */
export const DELAY_FRAMES_MAX = 15;

const frame = z.int().min(0);
/** A minute is longer than any path that play could use. */
const durationMs = z.number().min(0).max(60_000);
const hash = z.string().regex(/^[0-9a-f]{16}$/);

const controlMessage = z.discriminatedUnion("kind", [
  z.strictObject({
    kind: z.literal("hello"),
    episode: z.int().min(0),
    /** Everything that must be equal for two simulations to be the same, by name. */
    digest: z.record(z.string(), z.string()),
  }),
  z.strictObject({
    kind: z.literal("input-delay"),
    episode: z.int().min(0),
    /** What the sender measured before frame 0, of its slowest link, and asks for. */
    delayFrames: z.int().min(0).max(DELAY_FRAMES_MAX),
    rttP95Ms: durationMs.nullable(),
    jitterMs: durationMs.nullable(),
    samples: z.int().min(0).max(10_000),
  }),
  z.strictObject({
    kind: z.literal("end"),
    episode: z.int().min(0),
    endFrame: frame,
    chain: z.int().min(0),
  }),
  z.strictObject({
    kind: z.literal("hashes"),
    episode: z.int().min(0),
    /** `hashes[i]` is of the state of frame `fromFrame + i`. */
    fromFrame: frame,
    hashes: z.array(hash).max(DISPUTED_HASHES_MAX),
    isReply: z.boolean(),
  }),
  z.strictObject({
    kind: z.literal("departed"),
    episode: z.int().min(0),
    /** Player whose peer has fallen silent for good. */
    player: z.int().min(0).max(31),
    /** Inputs of that player the sender holds; `rows` are the last of them, as words. */
    length: frame,
    rows: z.array(z.array(z.int().min(0).max(0xffffffff)).max(256)).max(DEPARTED_ROWS_MAX),
  }),
  z.strictObject({
    kind: z.literal("state"),
    episode: z.int().min(0),
    frame,
    /** The sender's state of that frame, JSON-like. */
    state: z.json(),
  }),
]);

export type ControlMessage = z.infer<typeof controlMessage>;

/** ASCII only: everything else is escaped, so that bytes and characters are the same. */
export function encodeControl(message: ControlMessage): Uint8Array {
  const text = asciiJson(JSON.stringify(message));
  return Uint8Array.from(text, (character) => character.charCodeAt(0));
}

/** Null for anything that is not a message; never throws. */
export function decodeControl(bytes: Uint8Array): ControlMessage | null {
  if (bytes.length > CONTROL_BYTES_MAX) return null;
  try {
    const parsed = controlMessage.safeParse(JSON.parse(textOf(bytes)));
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
