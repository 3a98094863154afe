/** Each peer's frames on a line: what is known of them, and what it cost. */
import { useEffect, useRef, useState } from "preact/hooks";
import { FRAME_STATUSES } from "../peer-log.ts";
import type { Workbench } from "../workbench.ts";
import { FrameDetails } from "./frame-details.tsx";
import { ROLLBACK_COLOR, STALL_COLOR, STATUS_COLORS } from "./palette.ts";
import { paintTimeline, ROW_HEIGHT, TimelineScale } from "./timeline-painting.ts";

interface Cursor {
  readonly frame: number;
  readonly peer: number;
}

export function TimelineView({ workbench }: { readonly workbench: Workbench }) {
  const canvas = useRef<HTMLCanvasElement>(null);
  const [cursor, setCursor] = useState<Cursor | null>(null);
  const shown = useRef<Cursor | null>(null);
  shown.current = cursor;
  useEffect(() => {
    const element = canvas.current as HTMLCanvasElement;
    return workbench.onFrame(() => paintTimeline(element, workbench.run, shown.current));
  }, [workbench]);
  const pick = (event: MouseEvent) => {
    const element = canvas.current as HTMLCanvasElement;
    const scale = new TimelineScale(element.clientWidth, workbench.run.logs);
    const peer = Math.floor(event.offsetY / ROW_HEIGHT);
    const isRow = peer >= 0 && peer < workbench.run.logs.length;
    setCursor(isRow ? { frame: scale.frameAt(event.offsetX), peer } : null);
  };
  const onKeyDown = (event: KeyboardEvent) => {
    const next = moved(cursor ?? newest(workbench), event.key, workbench);
    if (next === null) return;
    event.preventDefault();
    setCursor(next);
  };
  return (
    <section class="timeline" aria-label="Frame timeline">
      <Legend />
      <canvas
        ref={canvas}
        tabIndex={0}
        aria-label="Frames of each peer; arrow keys move over them"
        style={{ height: `${workbench.run.logs.length * ROW_HEIGHT + 16}px` }}
        onMouseMove={pick}
        onMouseLeave={() => setCursor(null)}
        onBlur={() => setCursor(null)}
        onKeyDown={onKeyDown}
      />
      {cursor !== null && cursor.peer < workbench.run.logs.length && (
        <FrameDetails workbench={workbench} {...cursor} />
      )}
    </section>
  );
}

function newest({ run }: Workbench): Cursor {
  return { frame: run.logs[0]?.currentFrame ?? 0, peer: 0 };
}

function moved({ frame, peer }: Cursor, key: string, { run }: Workbench): Cursor | null {
  switch (key) {
    case "ArrowLeft":
      return { frame: Math.max(0, frame - 1), peer };
    case "ArrowRight":
      return { frame: frame + 1, peer };
    case "ArrowUp":
      return { frame, peer: Math.max(0, peer - 1) };
    case "ArrowDown":
      return { frame, peer: Math.min(run.logs.length - 1, peer + 1) };
    default:
      return null;
  }
}

function Legend() {
  return (
    <ul class="legend">
      {FRAME_STATUSES.map((status) => (
        <li key={status}>
          <i style={{ background: STATUS_COLORS[status] }} />
          {status}
        </li>
      ))}
      <li>
        <i class="bar" style={{ background: ROLLBACK_COLOR }} />
        rolled back, as high as it was deep
      </li>
      <li>
        <i class="mark" style={{ background: STALL_COLOR }} />
        stalled
      </li>
    </ul>
  );
}
