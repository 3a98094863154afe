/** What is different in the blocks, and for whom. */
import type { ChangeRow } from "../../conditions/page-protocol.ts";

/** `1–3, 7` of ascending numbers. */
export function rangesText(numbers: readonly number[]): string {
  const ranges: [number, number][] = [];
  for (const number of numbers) {
    const last = ranges.at(-1);
    if (last !== undefined && number === last[1] + 1) last[1] = number;
    else ranges.push([number, number]);
  }
  return ranges.map(([from, to]) => (from === to ? `${from}` : `${from}–${to}`)).join(", ");
}

function Side({ text }: { readonly text: string | null }) {
  return text === null ? <span class="quiet">nothing</span> : <code>{text}</code>;
}

export function ChangeTable({ changes }: { readonly changes: readonly ChangeRow[] }) {
  if (changes.length === 0) return <p class="quiet">Nobody's blocks are different.</p>;
  return (
    <div class="scroll">
      <table>
        <thead>
          <tr>
            <th scope="col">Where</th>
            <th scope="col">Before</th>
            <th scope="col">After</th>
            <th scope="col">Participants</th>
          </tr>
        </thead>
        <tbody>
          {changes.map(({ place, before, after, participants }) => (
            <tr key={`${place} ${before} ${after}`}>
              <th scope="row">{place}</th>
              <td>
                <Side text={before} />
              </td>
              <td>
                <Side text={after} />
              </td>
              <td>{rangesText(participants)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
