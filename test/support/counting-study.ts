/** The counter study as a file, for programs that are given one. */
import { counterStudy } from "./counter-study.ts";

/** Neither somebody left over nor somebody gone keeps a whole run waiting. */
export const study = counterStudy({ onDropout: { waitMs: 3_000 } }, { timeoutMs: 5_000 });
