/** Whether a server's limits and proxies can be used, told before it starts. */
import { DataError } from "../store/data-folder.ts";
import { AddressLimit } from "./address-limit.ts";
import { DEFAULT_LIMITS, type Limits, limitFaults } from "./limits.ts";

interface Access {
  readonly limits?: Partial<Limits>;
  readonly trustProxy?: string | null;
}

/** @throws DataError with a sentence for each limit or proxy that cannot be one. */
export function checkAccess({ limits, trustProxy = null }: Access): void {
  const all = { ...DEFAULT_LIMITS, ...limits };
  const faults = [...limitFaults(all)];
  try {
    new AddressLimit(all, trustProxy);
  } catch (error) {
    faults.push(`Expected \`trustProxy\` to name addresses: ${String((error as Error).message)}.`);
  }
  if (faults.length > 0) throw new DataError(faults.join("\n"));
}
