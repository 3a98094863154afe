/** What a figure must reach, and how that is shown. */
import { tableHead, tableRow } from "./markdown-table.ts";

export interface Target {
  readonly name: string;
  readonly bound: "at most" | "at least";
  readonly limit: number;
  readonly measured: number;
}

export function atMost(name: string, limit: number, measured: number | undefined): Target {
  return { name, bound: "at most", limit, measured: measured ?? Number.NaN };
}

export function atLeast(name: string, limit: number, measured: number | undefined): Target {
  return { name, bound: "at least", limit, measured: measured ?? Number.NaN };
}

/** False for a figure that is missing, too. */
export function isMet({ bound, limit, measured }: Target): boolean {
  if (!Number.isFinite(measured)) return false;
  return bound === "at most" ? measured <= limit : measured >= limit;
}

export function targetTable(targets: readonly Target[]): string {
  const rows = targets.map((target) =>
    tableRow([
      target.name,
      `${target.bound} ${target.limit}`,
      Number.isInteger(target.measured) ? target.measured : target.measured.toFixed(4),
      isMet(target) ? "met" : "MISSED",
    ]),
  );
  return [tableHead(["target", "limit", "measured", ""]), ...rows].join("\n");
}
