/** What goes wrong with a link or a clock, one thing at a time; plain data. */

/** Fate of the packets of one direction, numbered from 0 as they are sent. */
export interface LinkFault {
  /** Lost in a row, from number `LINK_FAULT_FROM` on; the other direction suffers later. */
  readonly lostInARow: number;
  readonly lossRatio: number;
  /** Nothing passes for so many ticks, from tick `LINK_FAULT_FROM` on; again for the other way. */
  readonly outageTicks: number;
  /** Every so many packets one arrives two ticks late, after its successors; 0 for never. */
  readonly reorderEvery: number;
  /** Every so many packets one arrives a second time, two ticks later; 0 for never. */
  readonly duplicateEvery: number;
}

export interface Fault extends LinkFault {
  readonly name: string;
  /** Ticks that the second peer starts after the first. */
  readonly lateTicks: number;
  /** How fast the first peer's clock runs; the second's is as much too slow. */
  readonly driftPpm: number;
  readonly oneWayTicks: number;
  readonly kind: "link" | "drift";
}

/** First packet or tick that a fault takes: well after every greeting. */
export const LINK_FAULT_FROM = 300;
/** The other direction's losses come so many packets or ticks later, when the first have healed. */
export const LINK_FAULT_GAP = 300;

const NONE: Omit<Fault, "name"> = {
  lostInARow: 0,
  lossRatio: 0,
  outageTicks: 0,
  reorderEvery: 0,
  duplicateEvery: 0,
  lateTicks: 0,
  driftPpm: 0,
  oneWayTicks: 4,
  kind: "link",
};

export const FAULTS = [
  { ...NONE, name: "none" },
  { ...NONE, name: "drop 1", lostInARow: 1 },
  { ...NONE, name: "drop 2", lostInARow: 2 },
  { ...NONE, name: "drop 5", lostInARow: 5 },
  { ...NONE, name: "burst of 60", outageTicks: 60 },
  { ...NONE, name: "reorder", reorderEvery: 50 },
  { ...NONE, name: "duplicate", duplicateEvery: 50 },
  { ...NONE, name: "5 % loss", lossRatio: 0.05 },
  { ...NONE, name: "30 % loss", lossRatio: 0.3 },
  { ...NONE, name: "5 ticks late", lateTicks: 5, kind: "drift" },
  { ...NONE, name: "±200 ppm", driftPpm: 200, kind: "drift" },
] as const satisfies readonly Fault[];
