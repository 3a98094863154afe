/** The newest packets with what they say, as the engine's own decoder reads them. */
import { useState } from "preact/hooks";
import type { LoggedPacket } from "../packet-log.ts";
import type { Workbench } from "../workbench.ts";
import { useRefresh } from "./use-refresh.ts";

const ROWS = 40;

export function PacketPanel({ workbench }: { readonly workbench: Workbench }) {
  useRefresh(workbench);
  const [link, setLink] = useState("");
  const [picked, setPicked] = useState<LoggedPacket | null>(null);
  const { run } = workbench;
  const links = run.logs.flatMap(({ peer: from }) =>
    run.logs.flatMap(({ peer: to }) => (from === to ? [] : [`${from}→${to}`])),
  );
  const rows = run.packets.newest(ROWS, ({ from, to }) => link === "" || link === `${from}→${to}`);
  return (
    <>
      <label>
        Link{" "}
        <select value={link} onChange={(event) => setLink(event.currentTarget.value)}>
          <option value="">all</option>
          {links.map((each) => (
            <option key={each}>{each}</option>
          ))}
        </select>
      </label>
      {picked !== null && (
        <pre class="contents">{JSON.stringify(picked.contents, shortened, 1)}</pre>
      )}
      <table class="packets">
        <thead>
          <tr>
            <th>sent ms</th>
            <th>link</th>
            <th>bytes</th>
            <th>arrives</th>
            <th>says</th>
          </tr>
        </thead>
        <tbody>
          {rows.map((logged, i) => (
            <PacketRow key={run.packets.count - i} logged={logged} onPick={setPicked} />
          ))}
        </tbody>
      </table>
    </>
  );
}

interface PacketRowProps {
  readonly logged: LoggedPacket;
  onPick(logged: LoggedPacket): void;
}

function PacketRow({ logged, onPick }: PacketRowProps) {
  const { packet } = logged;
  const after = packet.arrivesMs.map((atMs) => `+${(atMs - packet.sentMs).toFixed(0)}`);
  return (
    <tr class={after.length === 0 ? "lost" : ""}>
      <td>{packet.sentMs.toFixed(0)}</td>
      <td>
        {packet.from}→{packet.to}
      </td>
      <td>{packet.bytes.length}</td>
      <td>{after.length === 0 ? "lost" : after.join(" ")}</td>
      <td>
        <button type="button" class="row" onClick={() => onPick(logged)}>
          {saying(logged)}
        </button>
      </td>
    </tr>
  );
}

function saying({ contents }: LoggedPacket): string {
  switch (contents.kind) {
    case "play": {
      const { sequence, fromFrame, inputs, acks, hashFrame } = contents;
      const span = inputs.length === 0 ? "none" : `${fromFrame}–${fromFrame + inputs.length - 1}`;
      return `#${sequence} inputs ${span} · acks ${acks.join(" ")} · chain of ${hashFrame}`;
    }
    case "control":
      return contents.message.kind;
    case "unreadable":
      return "unreadable";
  }
}

/** Short rows of numbers stay on one line. */
function shortened(_key: string, value: unknown): unknown {
  if (!Array.isArray(value) || value.length === 0) return value;
  return value.every((entry) => typeof entry === "number") ? value.join(" ") : value;
}
