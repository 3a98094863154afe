/** Thrown when the program breaks one of its own rules; caught once, by the loop, which saves a replay. */
export class InvariantError extends Error {
  override readonly name = "InvariantError";
}

/** Stays on in production; `describe` is only called on failure and names both values. */
export function assert(condition: boolean, describe: () => string): asserts condition {
  if (!condition) throw new InvariantError(describe());
}

/** Throws: for checks on hot paths, where the function that describes a failure would be made each time. */
export function fail(message: string): never {
  throw new InvariantError(message);
}

/** Ends a switch over a union: the compiler proves that no case is left. */
export function unreachable(value: never): never {
  throw new InvariantError(`Expected every case to be handled, got ${JSON.stringify(value)}`);
}
