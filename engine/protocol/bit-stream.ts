/** Bits and small integers to and from bytes; least significant bit first. */

export class BitWriter {
  #bytes: Uint8Array;
  #bitLength = 0;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
  }

  /** Starts again at the first bit. */
  reset(): void {
    this.#bitLength = 0;
  }

  get bitLength(): number {
    return this.#bitLength;
  }

  /** Bytes in use, the last one filled with zeros. */
  get byteLength(): number {
    return (this.#bitLength + 7) >>> 3;
  }

  /** Writes the low `bits` (0 to 32) of `value`; past the end of the buffer bits are lost. */
  write(value: number, bits: number): void {
    let rest = value >>> 0;
    let left = bits;
    while (left > 0) {
      const at = this.#bitLength >>> 3;
      const shift = this.#bitLength & 7;
      const taken = Math.min(8 - shift, left);
      const chunk = (rest & ((1 << taken) - 1)) << shift;
      this.#bytes[at] = shift === 0 ? chunk : (this.#bytes[at] as number) | chunk;
      rest >>>= taken;
      left -= taken;
      this.#bitLength += taken;
    }
  }

  /** Unsigned LEB128: seven bits and a continuation bit a group. */
  writeVarint(value: number): void {
    let rest = value >>> 0;
    while (rest >= 0x80) {
      this.write((rest & 0x7f) | 0x80, 8);
      rest >>>= 7;
    }
    this.write(rest, 8);
  }

  /** Signed, small magnitudes short (zigzag). */
  writeSigned(value: number): void {
    this.writeVarint(((value << 1) ^ (value >> 31)) >>> 0);
  }
}

/** Reads past the end give zeros and set `isOverrun`; nothing throws on bytes from a peer. */
export class BitReader {
  #bytes: Uint8Array = new Uint8Array(0);
  #bitOffset = 0;
  isOverrun = false;

  reset(bytes: Uint8Array): void {
    this.#bytes = bytes;
    this.#bitOffset = 0;
    this.isOverrun = false;
  }

  get bitsLeft(): number {
    return this.#bytes.length * 8 - this.#bitOffset;
  }

  read(bits: number): number {
    if (bits > this.bitsLeft) {
      this.isOverrun = true;
      return 0;
    }
    let value = 0;
    let done = 0;
    while (done < bits) {
      const shift = this.#bitOffset & 7;
      const taken = Math.min(8 - shift, bits - done);
      const chunk = ((this.#bytes[this.#bitOffset >>> 3] as number) >>> shift) & ((1 << taken) - 1);
      value |= chunk << done;
      done += taken;
      this.#bitOffset += taken;
    }
    return value >>> 0;
  }

  readVarint(): number {
    let value = 0;
    for (let shift = 0; shift < 35; shift += 7) {
      const group = this.read(8);
      value |= (group & 0x7f) << shift;
      if ((group & 0x80) === 0) return value >>> 0;
    }
    this.isOverrun = true;
    return 0;
  }

  readSigned(): number {
    const value = this.readVarint();
    return (value >>> 1) ^ -(value & 1);
  }
}
