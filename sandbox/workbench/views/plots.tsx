/** Live plots of the run's figures. */
import { useEffect, useRef } from "preact/hooks";
import uPlot from "uplot";
import "uplot/dist/uPlot.min.css";
import { QUANTITIES, type Quantity } from "../run-history.ts";
import type { Workbench } from "../workbench.ts";
import { GRID_COLOR, LABEL_COLOR, peerColor } from "./palette.ts";
import { useRefresh } from "./use-refresh.ts";

/** Twenty seconds: enough to see a change, few enough points to paint each time. */
const SPAN_SECONDS = 20;
const TITLE_HEIGHT = 16;

export function Plots({ workbench }: { readonly workbench: Workbench }) {
  useRefresh(workbench);
  const { playerCount } = workbench.setUp;
  return (
    <section class="plots" aria-label="Plots">
      {(Object.keys(QUANTITIES) as Quantity[]).map((quantity) => (
        <Plot key={`${quantity} ${playerCount}`} {...{ workbench, quantity }} />
      ))}
    </section>
  );
}

interface PlotProps {
  readonly workbench: Workbench;
  readonly quantity: Quantity;
}

function Plot({ workbench, quantity }: PlotProps) {
  const host = useRef<HTMLDivElement>(null);
  useEffect(() => {
    const element = host.current as HTMLDivElement;
    const plot = makePlot(element, workbench, quantity);
    const sizes = new ResizeObserver(() => plot.setSize(sizeOf(element)));
    sizes.observe(element);
    const stop = workbench.onRefresh(() => show(plot, workbench, quantity));
    return () => {
      stop();
      sizes.disconnect();
      plot.destroy();
    };
  }, [workbench, quantity]);
  const { title, lines } = QUANTITIES[quantity];
  const { columns } = workbench.history;
  return (
    <figure>
      <figcaption>
        {title}
        <span>
          {columns[quantity].map((line, i) => (
            <b key={lines === "peers" ? i : lines[i]} style={{ color: peerColor(i) }}>
              {shownValue(line.at(-1))}
            </b>
          ))}
        </span>
      </figcaption>
      <div ref={host} />
    </figure>
  );
}

function shownValue(value: number | null | undefined): string {
  if (value === null || value === undefined) return "–";
  const text = value.toFixed(Math.abs(value) >= 100 ? 0 : 1);
  return text === "-0.0" ? "0.0" : text;
}

function sizeOf({ clientWidth, clientHeight }: HTMLElement): { width: number; height: number } {
  return { width: Math.max(60, clientWidth), height: Math.max(40, clientHeight) };
}

function show(plot: uPlot, { history, run }: Workbench, quantity: Quantity): void {
  const lines = history.columns[quantity];
  // Until the page is rendered anew, a plot may be that of a run with more or fewer peers.
  if (plot.series.length !== lines.length + 1) return;
  const endSeconds = Math.max(SPAN_SECONDS, run.nowMs / 1_000);
  const from = history.seconds.findIndex((seconds) => seconds >= endSeconds - SPAN_SECONDS);
  const cut = <T,>(column: readonly T[]) => column.slice(Math.max(0, from));
  const data = [cut(history.seconds), ...lines.map(cut)] as uPlot.AlignedData;
  plot.setData(data, false);
  plot.batch(() => {
    plot.setScale("x", { min: endSeconds - SPAN_SECONDS, max: endSeconds });
    plot.setScale("y", rangeOf(data));
  });
}

function makePlot(element: HTMLElement, workbench: Workbench, quantity: Quantity): uPlot {
  const axis: uPlot.Axis = {
    stroke: LABEL_COLOR,
    font: "10px system-ui, sans-serif",
    grid: { stroke: GRID_COLOR, width: 1 },
    ticks: { show: false },
    gap: 2,
  };
  const lines = workbench.history.columns[quantity];
  const options: uPlot.Options = {
    ...sizeOf(element),
    padding: [4, 10, 0, 0],
    legend: { show: false },
    cursor: { show: false },
    scales: { x: { time: false }, y: { auto: false } },
    axes: [
      { ...axis, size: TITLE_HEIGHT },
      { ...axis, size: 42, space: 16 },
    ],
    series: [
      {},
      ...lines.map((_, i) => ({ stroke: peerColor(i), width: 1.25, points: { show: false } })),
    ],
  };
  return new uPlot(options, [[], ...lines.map(() => [])] as uPlot.AlignedData, element);
}

/** From 0, or below it, to a little more than the largest value that is shown. */
function rangeOf(data: uPlot.AlignedData): { min: number; max: number } {
  let [low, high] = [0, 1];
  for (const column of data.slice(1)) {
    for (const value of column) {
      if (value === null || value === undefined) continue;
      low = Math.min(low, value);
      high = Math.max(high, value);
    }
  }
  return { min: low, max: high + (high - low) * 0.1 };
}
