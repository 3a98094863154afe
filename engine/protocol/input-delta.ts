/**
 * Runs of inputs as few bits. Whichever of two forms is shorter for this run is sent:
 * delta (one bit a frame that repeats the frame before it, starting from the last acknowledged one, and
 * of wide words only the bits that changed), which suits held keys and sticks; or raw (every action in full), which suits keys that change each frame.
 */
import { fail } from "../determinism/assert.ts";
import { FLAG_BITS } from "../environment/input-flag.ts";
import type { InputLayout } from "../rollback/input-layout.ts";
import type { InputQueue } from "../rollback/input-queue.ts";
import type { BitReader, BitWriter } from "./bit-stream.ts";

/** Words of so many bits hold measures, not choices: their change from the frame before is mostly short. */
const WIDE_BITS = 16;
/** Holds the length of a change, 0 to 32. */
const LENGTH_BITS = 6;

/** Inputs in one packet at the most; with the widest layouts a packet stays under 1,200 bytes. */
export const RUN_FRAMES_MAX = 128;
/** Payload that crosses every path unfragmented; larger messages stall some data channels. */
export const PACKET_BYTES_MAX = 1_200;

/** Bits of one action of `layout`, flags not counted. */
export function actionBits(layout: InputLayout): number {
  let bits = 0;
  for (let i = 1; i < layout.width; i++) bits += layout.bitWidths[i] as number;
  return bits;
}

/** Frames of one player that fit a packet whatever they hold. */
export function runFramesMax(layouts: readonly InputLayout[]): number {
  /** Everything but inputs of a packet, at its longest, with eight players. */
  const overheadBytes = 100;
  let bitsPerFrame = 0;
  for (const layout of layouts) bitsPerFrame += FLAG_BITS + 1 + actionBits(layout);
  const fitting = Math.floor(((PACKET_BYTES_MAX - overheadBytes) * 8) / bitsPerFrame);
  return Math.max(1, Math.min(RUN_FRAMES_MAX, fitting));
}

/** Writes the inputs of frames [from, to) of `queue`; the reader must know frame `from - 1`. */
export function writeRun(writer: BitWriter, queue: InputQueue, from: number, to: number): void {
  if (from !== to && !(queue.has(from) && queue.has(to - 1))) {
    fail(`Expected frames ${from} to ${to} of ${queue.length} to be kept`);
  }
  writeFlags(writer, queue, from, to);
  let deltaBits = 0;
  for (let frame = from; frame < to; frame++) deltaBits += deltaBitsOf(queue, frame);
  const isDelta = deltaBits <= (to - from) * actionBits(queue.layout);
  writer.write(isDelta ? 1 : 0, 1);
  for (let frame = from; frame < to; frame++) {
    if (isDelta) writeDelta(writer, queue, frame);
    else writeAction(writer, queue, frame);
  }
}

/**
 * Reads `count` inputs into `rows` (row i at `i * width`); `rows` must hold them.
 * The row of the frame before the first begins at `before[at]`. False if the bytes ran out.
 */
export function readRun(
  reader: BitReader,
  layout: InputLayout,
  count: number,
  before: Uint32Array,
  at: number,
  rows: Uint32Array,
): boolean {
  const { width, bitWidths } = layout;
  const isConstant = reader.read(1) === 1;
  const flags = isConstant ? reader.read(FLAG_BITS) : 0;
  for (let i = 0; i < count; i++) rows[i * width] = isConstant ? flags : reader.read(FLAG_BITS);
  const isDelta = reader.read(1) === 1;
  for (let i = 0; i < count; i++) {
    const isRepeat = isDelta && reader.read(1) === 1;
    for (let word = 1; word < width; word++) {
      const previous = (i === 0 ? before[at + word] : rows[(i - 1) * width + word]) as number;
      const bits = bitWidths[word] as number;
      rows[i * width + word] = isRepeat
        ? previous
        : isDelta && bits >= WIDE_BITS
          ? readChange(reader, bits, previous)
          : reader.read(bits);
    }
  }
  return !reader.isOverrun;
}

/** Bits of one frame in the delta form. */
function deltaBitsOf(queue: InputQueue, frame: number): number {
  if (repeats(queue, frame)) return 1;
  const offset = queue.offsetOf(frame);
  let bits = 1;
  for (let word = 1; word < queue.layout.width; word++) {
    const width = queue.layout.bitWidths[word] as number;
    const change = (queue.rows[offset + word] as number) ^ wordBefore(queue, frame, word);
    bits += width >= WIDE_BITS ? LENGTH_BITS + 32 - Math.clz32(change) : width;
  }
  return bits;
}

function writeDelta(writer: BitWriter, queue: InputQueue, frame: number): void {
  const isRepeat = repeats(queue, frame);
  writer.write(isRepeat ? 1 : 0, 1);
  if (isRepeat) return;
  const offset = queue.offsetOf(frame);
  for (let word = 1; word < queue.layout.width; word++) {
    const width = queue.layout.bitWidths[word] as number;
    const value = queue.rows[offset + word] as number;
    if (width < WIDE_BITS) writer.write(value, width);
    else {
      const change = value ^ wordBefore(queue, frame, word);
      const length = 32 - Math.clz32(change);
      writer.write(length, LENGTH_BITS);
      writer.write(change, length);
    }
  }
}

/** A hostile length above the word's width is cut to it. */
function readChange(reader: BitReader, width: number, previous: number): number {
  const length = Math.min(reader.read(LENGTH_BITS), width);
  return (previous ^ reader.read(length)) >>> 0;
}

function wordBefore(queue: InputQueue, frame: number, word: number): number {
  const { neutralRow } = queue.layout;
  return (frame === 0 ? neutralRow[word] : queue.rows[queue.offsetOf(frame - 1) + word]) as number;
}

function writeFlags(writer: BitWriter, queue: InputQueue, from: number, to: number): void {
  const first = queue.rows[queue.offsetOf(from)] as number;
  let isConstant = true;
  for (let frame = from; frame < to; frame++) {
    if (queue.rows[queue.offsetOf(frame)] !== first) isConstant = false;
  }
  writer.write(isConstant ? 1 : 0, 1);
  if (isConstant) writer.write(from === to ? 0 : first, FLAG_BITS);
  else {
    for (let frame = from; frame < to; frame++) {
      writer.write(queue.rows[queue.offsetOf(frame)] as number, FLAG_BITS);
    }
  }
}

function writeAction(writer: BitWriter, queue: InputQueue, frame: number): void {
  const offset = queue.offsetOf(frame);
  for (let word = 1; word < queue.layout.width; word++) {
    writer.write(queue.rows[offset + word] as number, queue.layout.bitWidths[word] as number);
  }
}

function repeats(queue: InputQueue, frame: number): boolean {
  const offset = queue.offsetOf(frame);
  for (let word = 1; word < queue.layout.width; word++) {
    if (queue.rows[offset + word] !== wordBefore(queue, frame, word)) return false;
  }
  return true;
}
