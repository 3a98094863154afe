/**
 * Runs of inputs as few bits. Whichever of two forms is shorter for this run is sent:
 * delta (one bit a frame that repeats the frame before it, starting from the last acknowledged one),
 * which suits held keys; or raw (every action in full), which suits keys that change each frame.
 */
import { fail } from "../determinism/assert.ts";
import { FLAG_BITS, type InputLayout } from "../rollback/input-layout.ts";
import type { InputQueue } from "../rollback/input-queue.ts";
import type { BitReader, BitWriter } from "./bit-stream.ts";

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
  let changes = 0;
  for (let frame = from; frame < to; frame++) if (!repeats(queue, frame)) changes++;
  const isDelta =
    to - from + changes * actionBits(queue.layout) <= (to - from) * actionBits(queue.layout);
  writer.write(isDelta ? 1 : 0, 1);
  for (let frame = from; frame < to; frame++) {
    const isRepeat = isDelta && repeats(queue, frame);
    if (isDelta) writer.write(isRepeat ? 1 : 0, 1);
    if (!isRepeat) writeAction(writer, queue, frame);
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
      const previous = i === 0 ? before[at + word] : rows[(i - 1) * width + word];
      rows[i * width + word] = isRepeat
        ? (previous as number)
        : reader.read(bitWidths[word] as number);
    }
  }
  return !reader.isOverrun;
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
  const { width, neutralRow } = queue.layout;
  const offset = queue.offsetOf(frame);
  const isFirst = frame === 0;
  const before = isFirst ? 0 : queue.offsetOf(frame - 1);
  for (let word = 1; word < width; word++) {
    const previous = isFirst ? neutralRow[word] : queue.rows[before + word];
    if (queue.rows[offset + word] !== previous) return false;
  }
  return true;
}
