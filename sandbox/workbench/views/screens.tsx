/** What each peer's player sees, side by side. */
import { useEffect, useRef } from "preact/hooks";
import { createPixiRenderer, type DrawingRenderer } from "../../../engine/index.ts";
import type { Run } from "../run.ts";
import { INPUT_TITLES, type InputKind } from "../set-up.ts";
import type { Workbench } from "../workbench.ts";
import { peerColor } from "./palette.ts";
import { useRefresh } from "./use-refresh.ts";

export function Screens({ workbench }: { readonly workbench: Workbench }) {
  useRefresh(workbench);
  const { run, runNumber } = workbench;
  const { width, height } = run.environment;
  return (
    <section class="screens" aria-label="Screens">
      {run.logs.map(({ peer }) => (
        <Screen key={`${run.environment.id} ${peer}`} {...{ workbench, peer, width, height }} />
      ))}
      <span hidden>{runNumber}</span>
    </section>
  );
}

interface ScreenProps {
  readonly workbench: Workbench;
  readonly peer: number;
  readonly width: number;
  readonly height: number;
}

function Screen({ workbench, peer, width, height }: ScreenProps) {
  const host = useRef<HTMLDivElement>(null);
  useEffect(() => {
    const element = host.current as HTMLDivElement;
    let renderer: DrawingRenderer | null = null;
    let isGone = false;
    const resize = () =>
      renderer?.fit(element.clientWidth, element.clientHeight, window.devicePixelRatio);
    const sizes = new ResizeObserver(resize);
    const stop = workbench.onFrame(() => {
      const { run } = workbench;
      if (peer >= run.logs.length) return;
      renderer?.render(run.environment.draw(run.peer(peer).world.state, peer));
    });
    void createPixiRenderer({ host: element, width, height }).then((made) => {
      if (isGone) made.destroy();
      else {
        renderer = made;
        sizes.observe(element);
        resize();
      }
    });
    return () => {
      isGone = true;
      stop();
      sizes.disconnect();
      renderer?.destroy();
    };
  }, [workbench, peer, width, height]);
  const { run } = workbench;
  const { status } = run.peer(peer).session;
  const isStalled = status.kind === "stalled";
  return (
    <figure>
      <div class="screen" ref={host} style={{ aspectRatio: `${width} / ${height}` }} />
      <figcaption>
        <b style={{ color: peerColor(peer) }}>peer {peer}</b> {inputText(run, peer)}
        <span class={isStalled ? "status stalled" : "status"}>
          {isStalled ? `stalled, waiting for ${status.waitingFor.join(", ")}` : status.kind}
        </span>
      </figcaption>
    </figure>
  );
}

/** Who plays; a person is told the keys, and what they do where the mouse rests. */
function inputText({ setUp, environment }: Run, peer: number) {
  const kind = setUp.inputs[peer] as InputKind;
  if (kind !== "keyboard") return INPUT_TITLES[kind];
  const { keyHelp } = environment;
  const deeds = keyHelp.map(({ keys, does }) => `${keys}: ${does}`).join("\n");
  return <span title={deeds}>{keyHelp.map(({ keys }) => keys).join(", ")}</span>;
}
