/** The run in figures. */
import { summarize } from "../summary.ts";
import type { Workbench } from "../workbench.ts";
import { FIGURES, figureText } from "./figures.ts";
import { useRefresh } from "./use-refresh.ts";

export function SummaryPanel({ workbench }: { readonly workbench: Workbench }) {
  useRefresh(workbench);
  const summary = summarize(workbench.run, workbench.hasher);
  const { logs } = workbench.run;
  const desyncs = logs.flatMap(({ peer, metrics }) =>
    (metrics?.desyncs ?? []).map((desync) => ({ observer: peer, ...desync })),
  );
  // Both sides tell of it: one line is enough, unless one side alone has noticed yet.
  const told = desyncs.filter(
    ({ observer, peer }) =>
      observer < peer ||
      !desyncs.some((other) => other.observer === peer && other.peer === observer),
  );
  return (
    <>
      {told.map(({ observer, peer, frame, located }) => (
        <p class="fault" role="alert" key={`${observer} ${peer}`}>
          Peers {observer} and {peer} differ from frame {frame} on
          {located !== null && (
            <>
              : <code>{located.path}</code> is {located.ours} at peer {observer}, {located.theirs}{" "}
              at peer {peer}
            </>
          )}
        </p>
      ))}
      <table class="figures">
        <tbody>
          {FIGURES.map(({ key, title }) => (
            <tr key={key}>
              <th scope="row">{title}</th>
              <td>{figureText(summary, key)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </>
  );
}
