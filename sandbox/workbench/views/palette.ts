/** Colours of the page that canvases need too; the rest is in page.css. */
import type { FrameStatus } from "../peer-log.ts";

export const STATUS_COLORS: Readonly<Record<FrameStatus, string>> = {
  predicted: "#d9a13b",
  confirmed: "#3f7fc1",
  verified: "#2c8a62",
  disputed: "#e5484d",
};
export const ROLLBACK_COLOR = "#b794f4";
export const STALL_COLOR = "#f4f7fa";
export const GRID_COLOR = "#2a323c";
export const LABEL_COLOR = "#93a1b0";

/** The games' player colours, lighter: lines are thin and the ground is dark. */
export const PEER_COLORS: readonly string[] = ["#4aa3df", "#f08a3c", "#35c496", "#e0a0c4"];

export function peerColor(peer: number): string {
  return PEER_COLORS[peer % PEER_COLORS.length] as string;
}
