/** States side by side: two peers of one frame, or a guess and what it became. */
import { useState } from "preact/hooks";
import { type Comparison, comparePeers, DIFFERENCES_MAX } from "../guess-check.ts";
import type { Workbench } from "../workbench.ts";
import { useRefresh } from "./use-refresh.ts";

/** A state's text is cut here: 20 KB is a large one. */
const TEXT_MAX = 20_000;

export function StatePanel({ workbench }: { readonly workbench: Workbench }) {
  useRefresh(workbench);
  const [one, setOne] = useState(0);
  const [other, setOther] = useState(1);
  const { run, guesses } = workbench;
  const a = Math.min(one, run.logs.length - 1);
  const b = Math.min(other, run.logs.length - 1);
  const guess = guesses[a];
  return (
    <>
      <PeerPicker title="Peer" value={a} count={run.logs.length} onPick={setOne} />
      <PeerPicker title="and peer" value={b} count={run.logs.length} onPick={setOther} />
      <h3>
        Peers {a} and {b}, newest frame that both have confirmed
      </h3>
      <Differences
        comparison={comparePeers(run, a, b)}
        names={[`peer ${a}`, `peer ${b}`]}
        none="equal"
      />
      <h3>Peer {a}, guessed and confirmed</h3>
      <Differences
        comparison={guess?.lastWrong ?? guess?.last ?? null}
        names={["guessed", "confirmed"]}
        none="the guess was right"
      />
      <StateText workbench={workbench} peer={a} />
    </>
  );
}

interface PeerPickerProps {
  readonly title: string;
  readonly value: number;
  readonly count: number;
  onPick(peer: number): void;
}

function PeerPicker({ title, value, count, onPick }: PeerPickerProps) {
  return (
    <label>
      {title}{" "}
      <select value={String(value)} onChange={(event) => onPick(Number(event.currentTarget.value))}>
        {Array.from({ length: count }, (_, peer) => (
          <option key={peer}>{String(peer)}</option>
        ))}
      </select>{" "}
    </label>
  );
}

interface DifferencesProps {
  readonly comparison: Comparison | null;
  readonly names: readonly [string, string];
  readonly none: string;
}

function Differences({ comparison, names, none }: DifferencesProps) {
  if (comparison === null) return <p>nothing to compare yet</p>;
  const { frame, differences } = comparison;
  const more = differences.length === DIFFERENCES_MAX ? "or more " : "";
  const count = differences.length === 0 ? none : `${differences.length} ${more}places differ`;
  return (
    <>
      <p>
        frame {frame}: {count}
      </p>
      {differences.length > 0 && (
        <table class="differences">
          <thead>
            <tr>
              <th>path</th>
              <th>{names[0]}</th>
              <th>{names[1]}</th>
            </tr>
          </thead>
          <tbody>
            {differences.map(({ path, ours, theirs }) => (
              <tr key={path}>
                <td>{path}</td>
                <td>{JSON.stringify(ours) ?? "absent"}</td>
                <td>{JSON.stringify(theirs) ?? "absent"}</td>
              </tr>
            ))}
          </tbody>
        </table>
      )}
    </>
  );
}

function StateText({ workbench, peer }: { readonly workbench: Workbench; readonly peer: number }) {
  const [isOpen, setOpen] = useState(false);
  const { world } = workbench.run.peer(peer);
  const text = () => JSON.stringify(world.copyState(world.frame), null, 1).slice(0, TEXT_MAX);
  return (
    <details onToggle={(event) => setOpen(event.currentTarget.open)}>
      <summary>
        State of peer {peer}, frame {world.frame}, {world.snapshotBytes(world.frame)} bytes saved
      </summary>
      {isOpen && <pre>{text()}</pre>}
    </details>
  );
}
