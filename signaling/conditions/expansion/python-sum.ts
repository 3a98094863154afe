/** What Python's `+` gives, or the exception that it ends with. */
import { PythonError } from "./error.ts";
import { typeName } from "./python-text.ts";
import { isList, type Value } from "./value.ts";

/** Sequences name both types in their own words, everything else as Python's interpreter does. */
function refuse(a: Value, b: Value): never {
  const [left, right] = [typeName(a), typeName(b)];
  throw new PythonError(
    "TypeError",
    typeof a === "string" || isList(a)
      ? `can only concatenate ${left} (not "${right}") to ${left}`
      : `unsupported operand type(s) for +: '${left}' and '${right}'`,
  );
}

function numberOf(value: Value): number | bigint | null {
  if (typeof value === "boolean") return value ? 1n : 0n;
  return typeof value === "bigint" || typeof value === "number" ? value : null;
}

/** `a + b`: integers add up exactly, with a float the sum is one. */
export function sum(a: Value, b: Value): Value {
  const [left, right] = [numberOf(a), numberOf(b)];
  if (left !== null && right !== null) {
    if (typeof left === "bigint" && typeof right === "bigint") return left + right;
    return Number(left) + Number(right);
  }
  if (typeof a === "string" && typeof b === "string") return a + b;
  if (isList(a) && isList(b)) return [...a, ...b];
  return refuse(a, b);
}
