/**
 * How many bytes of heap named functions allocate, retained or not.
 *
 * V8's sampling heap profiler marks one byte in `intervalBytes` on average and notes the stack that
 * allocated it, objects that were collected meanwhile included. What was allocated below a function
 * is then the sum over its subtree: nothing that the benchmark or the other peer allocates is in
 * it, and collections in between do not disturb it. Differences of `heapUsed` can do neither, as V8
 * counts new objects by the buffer and not by the byte. Memory behind array buffers is not heap and
 * not counted.
 */
import { type HeapProfiler, Session } from "node:inspector";

type Node = HeapProfiler.SamplingHeapProfileNode;

export class HeapMeter {
  readonly #session = new Session();

  /** Starts to sample; nobody else may profile this thread meanwhile. */
  constructor(intervalBytes: number) {
    this.#session.connect();
    this.#session.post("HeapProfiler.startSampling", {
      samplingInterval: intervalBytes,
      includeObjectsCollectedByMajorGC: true,
      includeObjectsCollectedByMinorGC: true,
    });
  }

  /** Ends sampling; the tree of what was allocated, by the stack that did it. */
  stop(): AllocationTree {
    let head: Node | undefined;
    this.#session.post("HeapProfiler.stopSampling", (error, result) => {
      if (error !== null) throw error;
      head = result.profile.head;
    });
    this.#session.disconnect();
    if (head === undefined) throw new Error("Expected a profile of this thread at once");
    return new AllocationTree(head);
  }
}

export class AllocationTree {
  readonly #head: Node;

  constructor(head: Node) {
    this.#head = head;
  }

  /** Bytes allocated by functions of this name and by all that they called. */
  bytesBelow(functionName: string): number {
    return sumBelow(this.#head, functionName, false);
  }
}

function sumBelow(node: Node, functionName: string, isInside: boolean): number {
  const isCounted = isInside || node.callFrame.functionName === functionName;
  let bytes = isCounted ? node.selfSize : 0;
  for (const child of node.children) bytes += sumBelow(child, functionName, isCounted);
  return bytes;
}
