/** Tables that read well in a terminal and as Markdown. */

export type Cell = string | number;

/** The heading and the line under it. */
export function tableHead(headings: readonly string[]): string {
  return `${tableRow(headings)}\n${tableRow(headings.map(() => "---"))}`;
}

export function tableRow(cells: readonly Cell[]): string {
  return `| ${cells.join(" | ")} |`;
}
