/** Everything that can be set, beside the run it sets. */
import { useEffect, useRef } from "preact/hooks";
import { Pane } from "tweakpane";
import type { Workbench } from "../workbench.ts";
import { addFaultControls, type FaultChoice, firstFault } from "./fault-controls.ts";
import { addLinkControls, anyLink, type LinkChoice } from "./link-controls.ts";
import { addPeerControls, addRunControls, addSessionControls } from "./run-controls.ts";

export function Controls({ workbench }: { readonly workbench: Workbench }) {
  const host = useRef<HTMLElement>(null);
  useEffect(() => {
    const element = host.current as HTMLElement;
    const choices = { link: anyLink(), fault: firstFault() };
    let made: ReturnType<typeof makePane> | null = makePane(element, workbench, choices);
    let { runNumber } = workbench;
    const remake = () => {
      if (made === null) return;
      const { scrollTop } = element;
      const focused = focusedIndex(element);
      made.pane.dispose();
      made = makePane(element, workbench, choices);
      element.scrollTop = scrollTop;
      focusAt(element, focused);
    };
    const stop = workbench.onRefresh(() => {
      // A run begun elsewhere may have another game, other seats, other links.
      if (runNumber === workbench.runNumber) return made?.showFaults();
      ({ runNumber } = workbench);
      // After the event of the control that began it: a pane must not go while it speaks.
      queueMicrotask(remake);
    });
    return () => {
      stop();
      made?.pane.dispose();
      made = null;
    };
  }, [workbench]);
  return <aside ref={host} aria-label="Controls" />;
}

const FOCUSABLE = "input, select, button";

function focusedIndex(host: HTMLElement): number | null {
  const index = [...host.querySelectorAll(FOCUSABLE)].indexOf(document.activeElement as Element);
  return index < 0 ? null : index;
}

/** The pane is made anew: whoever was at a control stays there. */
function focusAt(host: HTMLElement, index: number | null): void {
  if (index !== null) (host.querySelectorAll(FOCUSABLE)[index] as HTMLElement | undefined)?.focus();
}

/** What is chosen in the pane and no part of the set-up. */
interface Choices {
  readonly link: LinkChoice;
  readonly fault: FaultChoice;
}

function makePane(
  host: HTMLElement,
  workbench: Workbench,
  choices: Choices,
): { readonly pane: Pane; readonly showFaults: () => void } {
  const pane = new Pane({ container: host });
  addRunControls(pane, workbench);
  addLinkControls(pane, workbench, choices.link);
  addSessionControls(pane, workbench);
  addPeerControls(pane, workbench);
  const showFaults = addFaultControls(pane, workbench, choices.fault);
  return { pane, showFaults };
}
