/**
 * A state as one buffer: declared fields become typed arrays over the same bytes,
 * so that a snapshot is one copy and a hash one pass.
 */

interface FieldKinds {
  readonly float64: Float64Array;
  readonly float32: Float32Array;
  readonly int32: Int32Array;
  readonly uint32: Uint32Array;
  readonly uint8: Uint8Array;
}

type FieldKind = keyof FieldKinds;

/** `length` values of one kind. */
export interface Field<K extends FieldKind = FieldKind> {
  readonly kind: K;
  readonly length: number;
}

/** Views over `bytes`; a field of length 1 is still an array: `state.score[0]`. */
export type FlatState<Fields extends Record<string, Field> = Record<string, Field>> = {
  readonly [Name in keyof Fields]: FieldKinds[Fields[Name]["kind"]];
} & { readonly bytes: Uint8Array };

export interface FlatLayout<Fields extends Record<string, Field> = Record<string, Field>> {
  readonly fields: Fields;
  readonly sizeBytes: number;
  /** Makes a zero-filled state of its own buffer. */
  create(): FlatState<Fields>;
}

const CONSTRUCTORS = {
  float64: Float64Array,
  float32: Float32Array,
  int32: Int32Array,
  uint32: Uint32Array,
  uint8: Uint8Array,
} as const;

/** Offsets are multiples of 8 so that every view is aligned whatever comes before it. */
const ALIGNMENT_BYTES = 8;

/** A field of `length` numbers as JavaScript has them. */
export const float64 = (length = 1): Field<"float64"> => ({ kind: "float64", length });
/** A field of `length` numbers rounded to float32. */
export const float32 = (length = 1): Field<"float32"> => ({ kind: "float32", length });
/** A field of `length` signed integers of 32 bits. */
export const int32 = (length = 1): Field<"int32"> => ({ kind: "int32", length });
/** A field of `length` unsigned integers of 32 bits. */
export const uint32 = (length = 1): Field<"uint32"> => ({ kind: "uint32", length });
/** A field of `length` unsigned integers of 8 bits. */
export const uint8 = (length = 1): Field<"uint8"> => ({ kind: "uint8", length });

/** Declares a flat state. Field order is memory order. */
export function flatLayout<Fields extends Record<string, Field>>(
  fields: Fields,
): FlatLayout<Fields> {
  const offsets: [string, Field, number][] = [];
  let sizeBytes = 0;
  for (const [name, field] of Object.entries(fields)) {
    offsets.push([name, field, sizeBytes]);
    const fieldBytes = field.length * CONSTRUCTORS[field.kind].BYTES_PER_ELEMENT;
    sizeBytes += Math.ceil(fieldBytes / ALIGNMENT_BYTES) * ALIGNMENT_BYTES;
  }
  return {
    fields,
    sizeBytes,
    create() {
      const buffer = new ArrayBuffer(sizeBytes);
      const state: Record<string, unknown> = { bytes: new Uint8Array(buffer) };
      for (const [name, field, offset] of offsets) {
        state[name] = new CONSTRUCTORS[field.kind](buffer, offset, field.length);
      }
      return state as FlatState<Fields>;
    },
  };
}
