/** Running, pausing, stepping, and whether the page keeps up. */
import { useState } from "preact/hooks";
import type { Workbench } from "../workbench.ts";
import { useRefresh } from "./use-refresh.ts";

const SPEEDS = [0.05, 0.1, 0.25, 0.5, 1, 2, 4] as const;

export function TransportBar({ workbench }: { readonly workbench: Workbench }) {
  useRefresh(workbench);
  const { run, pacer } = workbench;
  const seconds = (run.nowMs / 1_000).toFixed(2);
  return (
    <header>
      <h1>Sandbox</h1>
      <button type="button" class="main" onClick={() => workbench.setPaused(!pacer.isPaused)}>
        {pacer.isPaused ? "▶ Run" : "❚❚ Pause"}
      </button>
      <button type="button" onClick={() => workbench.tick()}>
        Single tick
      </button>
      <button type="button" onClick={() => workbench.start(workbench.setUp)}>
        Restart
      </button>
      <Speed workbench={workbench} />
      <span class="clock">
        {seconds} s · frame {run.logs[0]?.currentFrame ?? 0}
      </span>
      <span class={pacer.keepsUp || pacer.isPaused ? "pace" : "pace behind"} role="status">
        {run.isOver ? "the episode is over" : pacer.describe()}
      </span>
      {run.isEdited && (
        <span class="edited" title="Restart to get the run that the address describes">
          links changed on the way
        </span>
      )}
      {run.tunnel !== null && (
        <span
          class="edited"
          title="Packets go over WebRTC: an address gives the same game, not the same packets"
        >
          {run.tunnel.isOpen ? "over WebRTC" : "connecting"}
        </span>
      )}
      <CopyLink />
    </header>
  );
}

function Speed({ workbench }: { readonly workbench: Workbench }) {
  const { pacer } = workbench;
  return (
    <label>
      Speed{" "}
      <select
        value={String(pacer.speed)}
        onChange={(event) => {
          pacer.speed = Number(event.currentTarget.value);
          pacer.rest();
          pacer.ratio = 1;
        }}
      >
        {SPEEDS.map((speed) => (
          <option key={speed} value={String(speed)}>
            {speed} ×
          </option>
        ))}
      </select>
    </label>
  );
}

function CopyLink() {
  const [label, setLabel] = useState("Copy link");
  const copy = async () => {
    try {
      await navigator.clipboard.writeText(location.href);
      setLabel("Copied");
    } catch {
      // Without the permission the address bar holds the same text.
      setLabel("Copy it from the address bar");
    }
  };
  return (
    <button type="button" class="copy" onClick={copy} onBlur={() => setLabel("Copy link")}>
      {label}
    </button>
  );
}
