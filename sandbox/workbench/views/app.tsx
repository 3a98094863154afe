/** The page: controls on the left, then the peers, their frames, the plots and the panels. */
import { useState } from "preact/hooks";
import type { Workbench } from "../workbench.ts";
import { ComparisonPanel } from "./comparison-panel.tsx";
import { Controls } from "./controls.tsx";
import { FilesPanel } from "./files-panel.tsx";
import { PacketPanel } from "./packet-panel.tsx";
import { Plots } from "./plots.tsx";
import { Screens } from "./screens.tsx";
import { StatePanel } from "./state-panel.tsx";
import { SummaryPanel } from "./summary-panel.tsx";
import { TimelineView } from "./timeline-view.tsx";
import { TransportBar } from "./transport-bar.tsx";

const PANELS = {
  Figures: SummaryPanel,
  Packets: PacketPanel,
  State: StatePanel,
  "A/B": ComparisonPanel,
  Files: FilesPanel,
} as const;
type PanelName = keyof typeof PANELS;

interface AppProps {
  readonly workbench: Workbench;
  /** What was wrong with the address. */
  readonly faults: readonly string[];
}

export function App({ workbench, faults }: AppProps) {
  return (
    <div class="workbench">
      <TransportBar workbench={workbench} />
      <Controls workbench={workbench} />
      <main>
        {faults.length > 0 && (
          <p class="fault" role="alert">
            The link could not be used. {faults.join(". ")}.
          </p>
        )}
        <Screens workbench={workbench} />
        <TimelineView workbench={workbench} />
        <div class="lower">
          <Plots workbench={workbench} />
          <Panels workbench={workbench} />
        </div>
      </main>
    </div>
  );
}

function Panels({ workbench }: { readonly workbench: Workbench }) {
  const [name, setName] = useState<PanelName>("Figures");
  const Panel = PANELS[name];
  return (
    <section class="panels" aria-label="Panels">
      <div role="tablist" class="tabs">
        {(Object.keys(PANELS) as PanelName[]).map((each) => (
          <button
            type="button"
            role="tab"
            key={each}
            aria-selected={each === name}
            onClick={() => setName(each)}
          >
            {each}
          </button>
        ))}
      </div>
      <div role="tabpanel" aria-label={name} class="panel">
        <Panel workbench={workbench} />
      </div>
    </section>
  );
}
