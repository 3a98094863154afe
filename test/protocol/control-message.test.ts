import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { decodeControl, encodeControl } from "../../engine/protocol/control-message.ts";

describe("control message", () => {
  it("gives back what was encoded, whatever the texts", () => {
    fc.assert(
      fc.property(
        fc.nat(100),
        fc.dictionary(fc.string({ unit: "binary" }), fc.string({ unit: "binary" }), {
          noNullPrototype: true,
        }),
        (episode, digest) => {
          // biome-ignore lint/suspicious/noPrototypeBuiltins: a digest may not carry this name
          fc.pre(!digest.hasOwnProperty("__proto__"));
          const software = "Tandem 1, a browser";
          const returning = { incarnation: 1, isReturning: true };
          const message = { kind: "hello" as const, episode, digest, software, ...returning };
          expect(decodeControl(encodeControl(message, 3))).toEqual({ epoch: 3, message });
        },
      ),
    );
  });

  it("[PR1] is null for any other bytes", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 300 }), (bytes) => {
        expect(decodeControl(bytes)).toBeNull();
      }),
    );
    const text = JSON.stringify({
      epoch: 0,
      message: { kind: "end", episode: 0, endFrame: -1, chain: 0, generation: 0 },
    });
    expect(decodeControl(new TextEncoder().encode(text))).toBeNull();
    expect(decodeControl(new Uint8Array(200_000))).toBeNull();
  });
});
