/** One frame of one peer in words: inputs, the packets that brought them, hashes. */
import type { PeerLog } from "../peer-log.ts";
import type { Workbench } from "../workbench.ts";
import { useRefresh } from "./use-refresh.ts";

interface FrameDetailsProps {
  readonly workbench: Workbench;
  readonly frame: number;
  readonly peer: number;
}

export function FrameDetails({ workbench, frame, peer }: FrameDetailsProps) {
  useRefresh(workbench);
  const { run } = workbench;
  const log = run.logs[peer] as PeerLog;
  const depth = log.depths[frame];
  const stalled = log.stallTicks[frame];
  return (
    <div class="details" role="tooltip">
      <b>
        peer {peer}, frame {frame}: {frame < log.currentFrame ? log.statusOf(frame) : "next"}
      </b>
      {depth !== undefined && <span>rolled back {depth} frames before it</span>}
      {stalled !== undefined && <span>stalled for {stalled} ticks before it</span>}
      {run.environment.agentIds.map((agent, player) => (
        <InputLine key={agent} {...{ workbench, log, frame, player }} />
      ))}
      {run.logs.map((each) => (
        <code key={each.peer}>
          hash {each.peer}: {each.hashes[frame] ?? "not confirmed"}
        </code>
      ))}
    </div>
  );
}

interface InputLineProps {
  readonly workbench: Workbench;
  readonly log: PeerLog;
  readonly frame: number;
  readonly player: number;
}

function InputLine({ workbench, log, frame, player }: InputLineProps) {
  const known = log.actions[frame]?.[player];
  const played = log.played[frame]?.[player];
  const wasGuessed = log.observer.wasPredicted[frame]?.[player] ?? false;
  const packets = workbench.run.packets
    .carrying(frame, player)
    .filter(({ packet }) => packet.to === log.peer);
  const lost = packets.filter(({ packet }) => packet.arrivesMs.length === 0).length;
  return (
    <span>
      input {player}: {JSON.stringify(known ?? played ?? null)}
      {known === undefined && " (not confirmed)"}
      {wasGuessed && " (was guessed first)"}
      {packets.length > 0 && ` · in ${packets.length} packets, ${lost} of them lost`}
    </span>
  );
}
