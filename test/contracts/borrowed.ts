/** Sends as an engine does that packs every packet into one buffer: the bytes are gone after the call. */
import type { PathTransport, SendResult } from "../../engine/transport/path-transport.ts";
import type { Packet } from "../../engine/transport/transport.ts";

/** Any number but 0, so that whoever sends the buffer instead of the view is found out. */
const MARGIN_BYTES = 3;
const GARBAGE = 0xff;

export function sendBorrowed(
  transport: Pick<PathTransport, "send">,
  { peer, channel, bytes }: Packet,
): SendResult {
  const buffer = new Uint8Array(bytes.length + 2 * MARGIN_BYTES).fill(GARBAGE);
  const view = buffer.subarray(MARGIN_BYTES, MARGIN_BYTES + bytes.length);
  view.set(bytes);
  const result = transport.send({ peer, channel, bytes: view });
  buffer.fill(GARBAGE);
  return result;
}
