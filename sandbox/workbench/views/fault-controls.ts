/** Buttons that make something go wrong now, and the planted desync. */
import type { Pane } from "tweakpane";
import type { Fault } from "../set-up.ts";
import type { Workbench } from "../workbench.ts";
import { noteOf } from "./note.ts";

const FAULTS = [
  ["hide", "Hide its tab"],
  ["pause", "Pause it (GC)"],
  ["cut", "Cut its links"],
  ["reload", "Reload its page"],
  ["leave", "Disconnect it"],
] as const;

/** Long enough for an interruption, short enough that nobody is lost. */
const DURATION_MS = 1_000;
/** Two seconds on at 60 frames a second: there to be seen. */
const DESYNC_FRAME = 120;

/** What the next fault will be; outlives the pane. */
export interface FaultChoice {
  peer: number;
  ms: number;
  frame: number;
  path: string;
}

export function firstFault(): FaultChoice {
  return { peer: 0, ms: DURATION_MS, frame: DESYNC_FRAME, path: "" };
}

/** Returns what shows the faults that the set-up now has. */
export function addFaultControls(
  pane: Pane,
  workbench: Workbench,
  values: FaultChoice,
): () => void {
  const folder = pane.addFolder({ title: "Faults" });
  const peers = workbench.setUp.inputs.map((_, peer) => [String(peer), peer]);
  // The next run may have fewer peers.
  if (values.peer >= peers.length) values.peer = 0;
  folder.addBinding(values, "peer", { label: "at peer", options: Object.fromEntries(peers) });
  folder.addBinding(values, "ms", {
    label: "for ms",
    min: 1,
    max: 10_000,
    step: 1,
    format: String,
  });
  for (const [kind, title] of FAULTS) {
    folder.addButton({ title }).on("click", () => workbench.addFault(kind, values.peer, values.ms));
  }
  folder.addBinding(values, "frame", {
    label: "desync after",
    min: 0,
    max: 100_000,
    step: 1,
    format: String,
  });
  folder.addBinding(values, "path", { label: "at path" });
  folder.addButton({ title: "Plant the desync and restart" }).on("click", () => {
    const { peer, frame, path } = values;
    const { setUp } = workbench;
    const fault = { kind: "desync", peer, frame: Math.min(frame, setUp.frames - 1), path } as const;
    workbench.start({ ...setUp, faults: [...setUp.faults, fault] });
  });
  const clear = folder
    .addButton({ title: "Clear the faults and restart" })
    .on("click", () => workbench.start({ ...workbench.setUp, faults: [] }));
  const list = noteOf("");
  clear.element.after(list);
  const show = () => {
    const { faults } = workbench.setUp;
    clear.disabled = faults.length === 0;
    list.textContent = faults.map(faultText).join("\n");
  };
  show();
  return show;
}

function faultText(fault: Fault): string {
  const who = `peer ${fault.peer}`;
  if (fault.kind === "desync") {
    return `${who}: desync after frame ${fault.frame} at ${fault.path || "the first number"}`;
  }
  const at = `${who}: ${fault.kind} at ${(fault.atMs / 1_000).toFixed(2)} s`;
  return fault.kind === "leave" ? at : `${at} for ${fault.durationMs} ms`;
}
