/** 64-bit state hashes: xxHash64 in WebAssembly, the same bits in every engine. */
import stableStringify from "fast-json-stable-stringify";
import xxhash from "xxhash-wasm";

export interface Hasher {
  /** xxHash64 with seed 0 of the bytes as they are. */
  hashBytes(bytes: Uint8Array): bigint;
  /** xxHash64 with seed 0 of the text's UTF-8 bytes. */
  hashText(text: string): bigint;
}

/** Compiles the WebAssembly once; needs `'wasm-unsafe-eval'` under a content security policy. */
export async function loadHasher(): Promise<Hasher> {
  const { h64, h64Raw } = await xxhash();
  return { hashBytes: (bytes) => h64Raw(bytes), hashText: (text) => h64(text) };
}

/** 16 lower-case hexadecimal digits. */
export function hashHex(hash: bigint): string {
  return hash.toString(16).padStart(16, "0");
}

/**
 * The reference form of a value: JSON with sorted keys. Slower than a snapshot's hash by two orders;
 * tests prove that both give the same verdict, exports and digests use this one.
 */
export function canonicalJson(value: unknown): string {
  return stableStringify(value);
}

/** Hash of the reference form, as 16 hexadecimal digits. */
export function digestJson(value: unknown, hasher: Hasher): string {
  return hashHex(hasher.hashText(canonicalJson(value)));
}
