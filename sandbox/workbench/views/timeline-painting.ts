/** Paints the frame timeline onto a canvas. */
import type { PeerLog } from "../peer-log.ts";
import type { Run } from "../run.ts";
import {
  GRID_COLOR,
  LABEL_COLOR,
  peerColor,
  ROLLBACK_COLOR,
  STALL_COLOR,
  STATUS_COLORS,
} from "./palette.ts";

export const ROW_HEIGHT = 34;
/** A frame's cell, gap included. */
const FRAME_WIDTH = 5;
const CELL_HEIGHT = 11;
/** Room for rollbacks above the cells, and what depth fills it: the default window. */
const BAR_HEIGHT = 17;
const FULL_DEPTH_FRAMES = 12;
const LABEL_WIDTH = 46;
/** Frames between two numbers on the axis. */
const TICK_FRAMES = 30;

/** Which frame is where: as many of the newest as there is room for, from the left. */
export class TimelineScale {
  readonly newestFrame: number;
  readonly oldestFrame: number;

  constructor(width: number, logs: readonly Pick<PeerLog, "currentFrame">[]) {
    this.newestFrame = Math.max(...logs.map(({ currentFrame }) => currentFrame));
    const count = Math.floor((width - LABEL_WIDTH) / FRAME_WIDTH);
    this.oldestFrame = Math.max(0, this.newestFrame - count + 1);
  }

  x(frame: number): number {
    return LABEL_WIDTH + (frame - this.oldestFrame) * FRAME_WIDTH;
  }

  frameAt(x: number): number {
    const frame = this.oldestFrame + Math.floor((x - LABEL_WIDTH) / FRAME_WIDTH);
    return Math.max(this.oldestFrame, Math.min(this.newestFrame, frame));
  }
}

export function paintTimeline(
  canvas: HTMLCanvasElement,
  run: Run,
  cursor: { readonly frame: number; readonly peer: number } | null,
): void {
  const { clientWidth: width, clientHeight: height } = canvas;
  const ratio = window.devicePixelRatio;
  const [pixelWidth, pixelHeight] = [Math.round(width * ratio), Math.round(height * ratio)];
  if (canvas.width !== pixelWidth) canvas.width = pixelWidth;
  if (canvas.height !== pixelHeight) canvas.height = pixelHeight;
  const context = canvas.getContext("2d") as CanvasRenderingContext2D;
  context.setTransform(ratio, 0, 0, ratio, 0, 0);
  context.clearRect(0, 0, width, height);
  const scale = new TimelineScale(width, run.logs);
  paintAxis(context, scale, run.logs.length * ROW_HEIGHT);
  for (const log of run.logs) paintRow(context, scale, log);
  if (cursor === null) return;
  context.strokeStyle = "#ffffff";
  const top = cursor.peer * ROW_HEIGHT + BAR_HEIGHT - 0.5;
  context.strokeRect(scale.x(cursor.frame) - 0.5, top, FRAME_WIDTH, CELL_HEIGHT + 1);
}

function paintAxis(context: CanvasRenderingContext2D, scale: TimelineScale, bottom: number): void {
  context.font = "10px system-ui, sans-serif";
  context.textAlign = "center";
  context.textBaseline = "top";
  const first = Math.ceil(scale.oldestFrame / TICK_FRAMES) * TICK_FRAMES;
  for (let frame = first; frame <= scale.newestFrame; frame += TICK_FRAMES) {
    const x = scale.x(frame);
    context.fillStyle = GRID_COLOR;
    context.fillRect(x, 0, 1, bottom);
    context.fillStyle = LABEL_COLOR;
    context.fillText(String(frame), x, bottom + 3);
  }
}

function paintRow(context: CanvasRenderingContext2D, scale: TimelineScale, log: PeerLog): void {
  const top = log.peer * ROW_HEIGHT;
  const cellTop = top + BAR_HEIGHT;
  for (let frame = scale.oldestFrame; frame < log.currentFrame; frame++) {
    context.fillStyle = STATUS_COLORS[log.statusOf(frame)];
    context.fillRect(scale.x(frame), cellTop, FRAME_WIDTH - 1, CELL_HEIGHT);
  }
  context.fillStyle = ROLLBACK_COLOR;
  for (let frame = scale.oldestFrame; frame <= log.currentFrame; frame++) {
    const depth = log.depths[frame];
    if (depth === undefined) continue;
    const height = Math.max(2, (Math.min(depth, FULL_DEPTH_FRAMES) / FULL_DEPTH_FRAMES) * 15);
    context.fillRect(scale.x(frame), cellTop - 1 - height, FRAME_WIDTH - 1, height);
  }
  context.fillStyle = STALL_COLOR;
  for (let frame = scale.oldestFrame; frame <= log.currentFrame; frame++) {
    if (log.stallTicks[frame] === undefined) continue;
    context.fillRect(scale.x(frame) - 1, cellTop, 2, CELL_HEIGHT + 3);
  }
  context.textAlign = "left";
  context.textBaseline = "middle";
  context.font = "11px system-ui, sans-serif";
  context.fillStyle = peerColor(log.peer);
  context.fillText(`peer ${log.peer}`, 2, cellTop + CELL_HEIGHT / 2);
}
