/** Rare messages on the reliable channel: greeting, end of an episode, hashes of a disputed stretch. */
import { z } from "zod";

/** Raised with every change of a packet or message that an older peer would misread. */
export const WIRE_VERSION = 1;

/** Hashes in one message; a stretch in dispute begins at most this far behind. */
export const DISPUTED_HASHES_MAX = 4_096;
/** A greeting with eight players' digests is under 2 kB, a stretch of hashes under 80 kB. */
const MESSAGE_BYTES_MAX = 131_072;

const frame = z.int().min(0);
const hash = z.string().regex(/^[0-9a-f]{16}$/);

const controlMessage = z.discriminatedUnion("kind", [
  z.strictObject({
    kind: z.literal("hello"),
    episode: z.int().min(0),
    /** Everything that must be equal for two simulations to be the same, by name. */
    digest: z.record(z.string(), z.string()),
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
]);

export type ControlMessage = z.infer<typeof controlMessage>;

const encoder = new TextEncoder();
const decoder = new TextDecoder("utf-8", { fatal: true });

export function encodeControl(message: ControlMessage): Uint8Array {
  return encoder.encode(JSON.stringify(message));
}

/** Null for anything that is not a message; never throws. */
export function decodeControl(bytes: Uint8Array): ControlMessage | null {
  if (bytes.length > MESSAGE_BYTES_MAX) return null;
  try {
    const parsed = controlMessage.safeParse(JSON.parse(decoder.decode(bytes)));
    return parsed.success ? parsed.data : null;
  } catch {
    // Not UTF-8 or not JSON: a peer's bytes, not our fault.
    return null;
  }
}
