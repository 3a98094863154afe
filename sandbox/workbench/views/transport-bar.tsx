/** Running, pausing, stepping, and whether the page keeps up. */
import { useState } from "preact/hooks";
import { FRAMES_MAX } from "../set-up.ts";
import type { Workbench } from "../workbench.ts";
import { useRefresh } from "./use-refresh.ts";

/** Ten seconds at 60 frames a second. */
const SKIPPED_TICKS = 600;
const SPEEDS = [0.05, 0.1, 0.25, 0.5, 1, 2, 4] as const;

export function TransportBar({ workbench }: { readonly workbench: Workbench }) {
  useRefresh(workbench);
  const { run, pacer } = workbench;
  const isBehind = !(pacer.keepsUp || pacer.isPaused || run.isOver);
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
      <Skip workbench={workbench} />
      <span class="clock">
        {seconds} s · frame {run.logs[0]?.currentFrame ?? 0}
      </span>
      <span class={isBehind ? "pace behind" : "pace"} role="status">
        {paceText(workbench)}
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

function paceText({ run, pacer, skipToMs }: Workbench): string {
  if (run.isOver) return "the episode is over: Restart plays it again";
  return skipToMs === null ? pacer.describe() : `skipping to ${(skipToMs / 1_000).toFixed(1)} s`;
}

/** Over real connections time cannot be hurried. */
function Skip({ workbench }: { readonly workbench: Workbench }) {
  const [ticks, setTicks] = useState(SKIPPED_TICKS);
  const isReal = workbench.run.tunnel !== null;
  return (
    <span class="skip" title={isReal ? "Real connections take their time" : "As fast as it goes"}>
      <button type="button" disabled={isReal} onClick={() => workbench.skip(ticks)}>
        Skip
      </button>
      <label>
        <input
          type="number"
          aria-label="Ticks to skip"
          min="1"
          max={FRAMES_MAX}
          disabled={isReal}
          value={ticks}
          onInput={(event) => setTicks(Math.max(1, Number(event.currentTarget.value)))}
        />{" "}
        ticks
      </label>
    </span>
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
