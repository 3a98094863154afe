/** How long one message of a page may be: known to the server, which closes the line on a longer one, and to the page. */

/** The measurements of an hour with rollbacks in every third frame. */
export const MESSAGE_BYTES_MAX = 8_000_000;

/** The event's name and the acknowledgement's number go with the message. */
const ENVELOPE_BYTES = 1_000;

/** A character of JSON is at most so many bytes of UTF-8. */
const CHARACTER_BYTES_MAX = 3;

/** Whether the server reads the message; it must hold nothing but JSON. */
export function isWithinBound(message: unknown): boolean {
  const bytesMax = MESSAGE_BYTES_MAX - ENVELOPE_BYTES;
  const text = JSON.stringify(message);
  if (text.length * CHARACTER_BYTES_MAX <= bytesMax) return true;
  return text.length <= bytesMax && new TextEncoder().encode(text).length <= bytesMax;
}
