/** An environment's bundle with traps in it, for the sync test. */
import { parseSync, Visitor } from "vite";
import {
  type BannedCall,
  type Environment,
  type InstalledCallTrap,
  installCallTrap,
} from "../../engine/index.ts";
import { loadEnvironment } from "./environment-bundle.ts";

/** How the module finds the trap. */
const TRAP_KEY = "tandem.call-trap";

export interface TrappedEnvironment {
  readonly environment: Environment;
  readonly trap: InstalledCallTrap;
  /** The first banned call of the module itself, before any of its functions was called. */
  readonly loadCall: BannedCall | null;
}

/**
 * Wraps the right side of every `**`, which no stand-in can catch, in a call that reports it.
 * Exported for its test. Lines stay where they are.
 */
export function trapCode(code: string): string {
  const insertions: { readonly at: number; readonly text: string }[] = [];
  const wrap = ({ start, end }: { readonly start: number; readonly end: number }) => {
    insertions.push({ at: start, text: "tandem$power((" }, { at: end, text: "))" });
  };
  new Visitor({
    BinaryExpression({ operator, right }) {
      if (operator === "**") wrap(right);
    },
    AssignmentExpression({ operator, right }) {
      if (operator === "**=") wrap(right);
    },
  }).visit(parseSync("environment.js", code).program);
  insertions.sort((a, b) => b.at - a.at);
  let trapped = code;
  for (const { at, text } of insertions) trapped = trapped.slice(0, at) + text + trapped.slice(at);
  const trap = `globalThis[Symbol.for(${JSON.stringify(TRAP_KEY)})]`;
  return `const tandem$power = ${trap}.power; ${trap}.arm(); ${trapped}\n${trap}.disarm();\n`;
}

/** The line of `code` that the innermost frame of a data URL in a stack stands at. */
function lineIn(code: string, stack: string): string | null {
  const found = /data:text\/javascript;base64,[\w+/=]+:(\d+):/.exec(stack)?.[1];
  return found === undefined ? null : (code.split("\n")[Number(found) - 1]?.trim() ?? null);
}

/**
 * Sets a trap, then loads the code, so that what it takes from the globals is trapped too.
 * The caller removes the trap. @throws DataError when the code fails or exports no environment.
 */
export async function loadTrapped(code: string, name: string): Promise<TrappedEnvironment> {
  const trap = installCallTrap((stack) => lineIn(code, stack));
  let loadCall: BannedCall | null = null;
  const hooks = {
    arm: () => trap.arm(),
    disarm() {
      loadCall = trap.disarm();
    },
    power<T>(exponent: T): T {
      // Powers of whole numbers without a limit are exact.
      if (typeof exponent !== "bigint") trap.report("the operator `**`");
      return exponent;
    },
  };
  const globals = globalThis as unknown as Record<symbol, unknown>;
  globals[Symbol.for(TRAP_KEY)] = hooks;
  try {
    const environment = await loadEnvironment(trapCode(code), name);
    return { environment, trap, loadCall };
  } catch (error) {
    trap.remove();
    throw error;
  } finally {
    delete globals[Symbol.for(TRAP_KEY)];
  }
}
