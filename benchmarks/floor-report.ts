/** Snapshots and hashes on stdout, beside their floor. */
import { loadHasher } from "../engine/index.ts";
import { FLOOR_FORM, floorTable } from "./floor.ts";
import { tableHead, tableRow } from "./markdown-table.ts";
import { printSource, type ReportOptions, writeResult } from "./report.ts";

/** Always true: this table has no targets of its own. */
export async function reportFloor(options: ReportOptions): Promise<boolean> {
  const { seed, print } = options;
  const source = printSource(options);
  print("Microseconds of one call, least of many samples; the hash is of a saved state.\n");
  const rows = floorTable(seed, await loadHasher());
  print(tableHead(["state kept as", "KB", "save µs", "load µs", "hash µs", "× the floor"]));
  for (const row of rows) {
    const floor = rows.find(({ form, stateKb }) => form === FLOOR_FORM && stateKb === row.stateKb);
    const times = (figure: "saveUs" | "loadUs" | "hashUs") =>
      (row[figure] / (floor?.[figure] ?? Number.NaN)).toFixed(1);
    const us = [row.saveUs, row.loadUs, row.hashUs].map((each) => each.toFixed(2));
    const ratios = `${times("saveUs")} / ${times("loadUs")} / ${times("hashUs")}`;
    print(tableRow([row.form, row.stateKb, ...us, ratios]));
  }
  writeResult(options, source, { rows });
  return true;
}
