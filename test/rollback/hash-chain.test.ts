import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { HashChain } from "../../engine/rollback/hash-chain.ts";

const hash = fc
  .bigInt({ min: 0n, max: 0xffffffffffffffffn })
  .map((value) => value.toString(16).padStart(16, "0"));

describe("hash chain", () => {
  it("[PR4] keeps every hash and parts for good at the first that differs", () => {
    fc.assert(
      fc.property(fc.array(hash, { minLength: 2, maxLength: 60 }), fc.nat(), (hashes, pick) => {
        const at = pick % hashes.length;
        const [ours, theirs] = [new HashChain(), new HashChain()];
        hashes.forEach((value, i) => {
          ours.push(BigInt(`0x${value}`));
          const last = value.endsWith("0") ? "1" : "0";
          theirs.push(BigInt(`0x${i === at ? value.slice(0, 15) + last : value}`));
        });
        hashes.forEach((value, i) => {
          expect(ours.hashAt(i + 1)).toBe(value);
          expect(ours.chainAt(i + 1) === theirs.chainAt(i + 1)).toBe(i < at);
        });
        expect(ours.newestFrame).toBe(hashes.length);
      }),
    );
  });

  it("grows past its first size without losing anything", () => {
    const chain = new HashChain();
    for (let i = 1; i <= 3_000; i++) chain.push(BigInt(i));
    expect(chain.newestFrame).toBe(3_000);
    expect(chain.hashAt(1)).toBe("0000000000000001");
    expect(chain.hashAt(3_000)).toBe("0000000000000bb8");
  });
});
