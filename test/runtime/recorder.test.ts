import { describe, expect, it } from "vitest";
import type { ConfirmedFrames } from "../../engine/record/confirmed-frames.ts";
import { Recorder } from "../../engine/runtime/recorder.ts";

/** Frames whose every column tells the frame's number. */
function frames(fromFrame: number, count: number): ConfirmedFrames {
  const numbers = Array.from({ length: count }, (_, i) => fromFrame + i);
  return {
    fromFrame,
    actions: numbers.map((n) => [n, -n]),
    flags: numbers.map(() => [1, 1]),
    hashes: numbers.map((n) => String(n)),
    observer: {
      simulatedAtTick: numbers,
      arrivalTick: numbers.map((n) => [n, n]),
      wasPredicted: numbers.map(() => [false, true]),
      rollbackDepthFrames: numbers,
      simulatedAtMs: numbers,
    },
  };
}

/** A store that holds frames in order, loses some answers, and can be told to fail. */
function makeStore(chunkFramesMax = 10) {
  const stored: string[] = [];
  const store = { stored, isFailing: false, isDeaf: false, chunkCount: 0 };
  const recorder = new Recorder({
    chunkFramesMax,
    async upload(chunk) {
      store.chunkCount++;
      if (store.isFailing) throw new Error("offline");
      expect(chunk.hashes.length).toBeLessThanOrEqual(chunkFramesMax);
      expect(chunk.observer.arrivalTick).toHaveLength(chunk.hashes.length);
      expect(chunk.fromFrame).toBeLessThanOrEqual(stored.length);
      chunk.hashes.forEach((hash, i) => {
        stored[chunk.fromFrame + i] = hash;
      });
      if (store.isDeaf) throw new Error("the answer was lost");
      return stored.length;
    },
  });
  return { recorder, store };
}

const settled = () => new Promise<void>((resolve) => setImmediate(resolve));
const expected = (count: number) => Array.from({ length: count }, (_, i) => String(i));

describe("recorder", () => {
  it("uploads about once a second, one chunk at a time", async () => {
    const { recorder, store } = makeStore();
    for (let frame = 0; frame < 5; frame++) {
      recorder.collect(frames(frame, 1));
      recorder.poll(frame * 100);
      await settled();
    }
    expect(store.chunkCount).toBe(1);
    recorder.poll(1_000);
    await settled();
    expect(store.stored).toEqual(expected(5));
    expect(recorder.ackFrame).toBe(5);
  });

  it("sends again from the acknowledged frame when an upload or its answer is lost", async () => {
    const { recorder, store } = makeStore();
    recorder.collect(frames(0, 3));
    store.isFailing = true;
    recorder.poll(0);
    await settled();
    expect(recorder.fault).toBe("offline");
    store.isFailing = false;
    store.isDeaf = true;
    recorder.collect(frames(3, 3));
    recorder.poll(1_000);
    await settled();
    expect(recorder.ackFrame).toBe(0);
    store.isDeaf = false;
    recorder.poll(2_000);
    await settled();
    expect(store.stored).toEqual(expected(6));
    expect(recorder).toMatchObject({ ackFrame: 6, endFrame: 6, fault: null });
  });

  it("drains what is left in bounded chunks, through failures", async () => {
    const { recorder, store } = makeStore(7);
    recorder.collect(frames(0, 40));
    store.isFailing = true;
    let waits = 0;
    await recorder.drain(async () => {
      if (++waits === 3) store.isFailing = false;
    });
    expect(waits).toBe(3);
    expect(store.stored).toEqual(expected(40));
    expect(recorder.ackFrame).toBe(40);
  });

  it("stops draining when the waiting gives up", async () => {
    const { recorder, store } = makeStore();
    recorder.collect(frames(0, 1));
    store.isFailing = true;
    const giveUp = async () => {
      throw new Error("refused");
    };
    await expect(recorder.drain(giveUp)).rejects.toThrow("refused");
  });

  it("refuses frames that leave a gap", () => {
    const { recorder } = makeStore();
    recorder.collect(null);
    recorder.collect(frames(0, 2));
    expect(() => recorder.collect(frames(3, 1))).toThrow("Expected confirmed frames from 2, got 3");
  });
});

it("tells of each chunk as it is collected, and goes on where an earlier log ended", async () => {
  const kept: number[] = [];
  const sent: number[] = [];
  const recorder = new Recorder({
    chunkFramesMax: 10,
    startFrame: 30,
    keep: ({ fromFrame }) => void kept.push(fromFrame),
    async upload(chunk) {
      sent.push(chunk.fromFrame);
      return chunk.fromFrame + chunk.hashes.length;
    },
  });
  expect(() => recorder.collect(frames(0, 5))).toThrow("from 30, got 0");
  recorder.collect(frames(30, 4));
  recorder.collect(frames(34, 9));
  expect(kept).toEqual([30, 34]);
  await recorder.drain(async () => {});
  expect(sent).toEqual([30, 40]);
  expect(recorder.ackFrame).toBe(43);
});

it("holds everything back until it is drained, where it is told to", async () => {
  let chunkCount = 0;
  const recorder = new Recorder({
    chunkFramesMax: 10,
    isHeld: true,
    async upload(chunk) {
      chunkCount++;
      return chunk.fromFrame + chunk.hashes.length;
    },
  });
  recorder.collect(frames(0, 5));
  recorder.poll(10_000);
  expect(chunkCount).toBe(0);
  await recorder.drain(async () => {});
  expect(recorder.ackFrame).toBe(5);
});
