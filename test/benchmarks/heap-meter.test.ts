import { describe, expect, it } from "vitest";
import { HeapMeter } from "../../benchmarks/heap-meter.ts";

/** Bytes of the elements and the headers of an array of `length` numbers. */
const arrayBytes = (length: number) => 8 * length + 64;

const kept: unknown[] = [];
function allocateMuch() {
  kept[0] = new Array(1_000).fill(kept);
}
function allocateLittle() {
  kept[1] = new Array(100).fill(kept);
}

describe("heap meter", () => {
  it("tells two functions' garbage apart, whatever is collected meanwhile", () => {
    const calls = 2_000;
    const meter = new HeapMeter(1_024);
    // V8 lists inlined functions under their caller; it never inlines what a map calls back.
    const once = new Map([["once", null]]);
    for (let i = 0; i < calls; i++) {
      once.forEach(allocateMuch);
      once.forEach(allocateLittle);
    }
    const tree = meter.stop();
    const much = tree.bytesBelow("allocateMuch") / calls / arrayBytes(1_000);
    const little = tree.bytesBelow("allocateLittle") / calls / arrayBytes(100);
    expect(much).toBeGreaterThan(0.9);
    expect(much).toBeLessThan(1.1);
    expect(little).toBeGreaterThan(0.8);
    expect(little).toBeLessThan(1.2);
    expect(tree.bytesBelow("nobody")).toBe(0);
  });
});
