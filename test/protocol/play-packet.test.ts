import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { box, discrete, multiDiscrete, type Space } from "../../engine/index.ts";
import { PACKET_BYTES_MAX, runFramesMax } from "../../engine/protocol/input-delta.ts";
import { PlayReader, PlayWriter } from "../../engine/protocol/play-packet.ts";
import { inputLayouts } from "../../engine/rollback/input-layout.ts";
import { InputQueue } from "../../engine/rollback/input-queue.ts";
import { predictRepeatLast } from "../../engine/rollback/predictor.ts";
import { orbitEnvironment } from "../support/orbit-environment.ts";

const SPACES: readonly (readonly [string, Space, readonly (number | readonly number[])[]])[] = [
  ["discrete", discrete(6), [0, 1, 2, 3, 4, 5]],
  [
    "multi-discrete",
    multiDiscrete([3, 300]),
    [
      [0, 0],
      [2, 299],
      [1, 7],
    ],
  ],
  [
    "wide multi-discrete",
    multiDiscrete([70_000, 3]),
    [
      [0, 0],
      [69_999, 2],
    ],
  ],
  [
    "box",
    box(-1, 1, 2),
    [
      [0, 0],
      [0.5, -1],
      [Math.fround(0.1), 1],
    ],
  ],
];

function makeQueues(space: Space, neutral: number | readonly number[]): InputQueue[] {
  const environment = {
    ...orbitEnvironment(),
    actionSpaces: [space, space],
    neutralActions: [neutral, neutral],
  };
  return inputLayouts(environment).map((layout) => new InputQueue(layout, predictRepeatLast));
}

function pushRow(queue: InputQueue, words: readonly number[]): void {
  const row = new Uint32Array(queue.layout.width);
  words.slice(0, row.length).forEach((word, i) => {
    const bits = queue.layout.bitWidths[i] as number;
    row[i] = bits === 32 ? word : word % 2 ** bits;
  });
  queue.push(row, 0);
}

const rows = fc.array(fc.array(fc.nat(0x7fffffff), { minLength: 3, maxLength: 3 }), {
  minLength: 1,
  maxLength: 60,
});
const header = fc.record({
  sequence: fc.nat(200_000),
  echoSequence: fc.option(fc.nat(255)),
  echoHoldMs: fc.nat(8_000).map((quarters) => quarters / 4),
  hashFrame: fc.nat(70),
  chain: fc.nat(0xffffffff),
  generation: fc.nat(3),
  ack: fc.nat(80),
});

describe.each(SPACES)("play packet with %s actions", (_name, space, [neutral]) => {
  it("[PR2] gives back every field and input, in the shorter of its forms", () => {
    fc.assert(
      fc.property(rows, fc.nat(), header, (inputs, pick, fields) => {
        const mine = makeQueues(space, neutral ?? 0);
        const theirs = makeQueues(space, neutral ?? 0);
        const acked = pick % inputs.length;
        inputs.forEach((words, frame) => {
          pushRow(mine[0] as InputQueue, words);
          if (frame < acked) pushRow(theirs[0] as InputQueue, words);
        });
        const sent = {
          ...fields,
          episode: 3,
          epoch: 0,
          newestFrame: inputs.length,
          inputCount: inputs.length - acked,
          acks: Int32Array.of(inputs.length, fields.ack),
        };
        const bytes = new PlayWriter([0]).write(sent, mine);
        expect(bytes.length).toBeLessThanOrEqual(PACKET_BYTES_MAX);
        const reader = new PlayReader([0], theirs);
        expect(reader.read(bytes, 3, fields.sequence - 5)).toBe("ok");
        expect(reader.header).toMatchObject({
          sequence: sent.sequence,
          newestFrame: sent.newestFrame,
          inputCount: sent.inputCount,
          echoSequence: sent.echoSequence,
          echoHoldMs: sent.echoSequence === null ? 0 : sent.echoHoldMs,
          hashFrame: sent.hashFrame,
          chain: sent.chain,
          generation: sent.generation,
          acks: sent.acks,
        });
        const queue = theirs[0] as InputQueue;
        for (let i = 0; i < sent.inputCount; i++)
          queue.push(reader.rows[0] as Uint32Array, i * queue.layout.width);
        expect(Array.from(queue.rows)).toEqual(Array.from((mine[0] as InputQueue).rows));
      }),
    );
  });

  it("[PR1] never throws and never reads beyond its bounds, whatever the bytes", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 1_300 }), fc.nat(40), (bytes, known) => {
        const queues = makeQueues(space, neutral ?? 0);
        for (let frame = 0; frame < known; frame++) pushRow(queues[0] as InputQueue, [1, 1, 1]);
        const reader = new PlayReader([0], queues);
        for (const first of [bytes[0] ?? 0, 1, 5]) {
          const changed = bytes.slice();
          if (changed.length > 0) changed[0] = first;
          const outcome = reader.read(changed, 0, 0);
          expect(["ok", "stale", "malformed"]).toContain(outcome);
          if (outcome !== "ok") continue;
          const { newestFrame, inputCount } = reader.header;
          expect(newestFrame - inputCount).toBeLessThanOrEqual(known);
          expect(newestFrame).toBeLessThanOrEqual(known + 128);
        }
      }),
      { numRuns: 1_000 },
    );
  });

  it("[PR1] calls a packet that was cut anywhere malformed", () => {
    const mine = makeQueues(space, neutral ?? 0);
    for (let frame = 0; frame < 20; frame++) pushRow(mine[0] as InputQueue, [frame, frame, frame]);
    const sent = {
      episode: 0,
      epoch: 0,
      sequence: 1,
      newestFrame: 20,
      inputCount: 20,
      acks: Int32Array.of(20, 18),
      echoSequence: 9,
      echoHoldMs: 3,
      hashFrame: 10,
      chain: 77,
      generation: 0,
    };
    const bytes = new PlayWriter([0]).write(sent, mine).slice();
    for (let length = 0; length < bytes.length; length++) {
      const reader = new PlayReader([0], makeQueues(space, neutral ?? 0));
      expect(reader.read(bytes.subarray(0, length), 0, 0)).toBe("malformed");
    }
  });
});

describe("packet bounds", () => {
  it("[PR2] limits the frames of a packet so that the widest layout still fits", () => {
    const wide = makeQueues(box(0, 1, 64), new Array<number>(64).fill(0));
    const layouts = wide.map(({ layout }) => layout);
    const frames = runFramesMax(layouts.slice(0, 1));
    expect(frames).toBeGreaterThanOrEqual(1);
    expect((frames * 64 * 32) / 8).toBeLessThan(PACKET_BYTES_MAX);
    expect(runFramesMax(makeQueues(discrete(6), 0).map(({ layout }) => layout))).toBe(128);
  });
});
