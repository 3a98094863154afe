/** The same game under two set-ups, as fast as it goes, in one table. */
import { useState } from "preact/hooks";
import { setUpFromUrl, setUpToUrl } from "../set-up-url.ts";
import { runToEnd, type Summary, summarize } from "../summary.ts";
import type { Workbench } from "../workbench.ts";
import { FIGURES, figureText } from "./figures.ts";

const SECONDS = 20;

interface Results {
  readonly a: Summary;
  readonly b: Summary;
}

export function ComparisonPanel({ workbench }: { readonly workbench: Workbench }) {
  const [links, setLinks] = useState(() => {
    const present = setUpToUrl(workbench.setUp);
    return { a: present, b: present };
  });
  const [seconds, setSeconds] = useState(SECONDS);
  const [results, setResults] = useState<Results | null>(null);
  const [fault, setFault] = useState("");
  const compare = () => {
    const faults = [links.a, links.b].flatMap((link) => setUpFromUrl(link).faults);
    setFault(faults.join(". "));
    if (faults.length > 0) return;
    const measure = (link: string) => {
      const run = runToEnd(setUpFromUrl(link).setUp, workbench.hasher, seconds * 1_000);
      return summarize(run, workbench.hasher);
    };
    setResults({ a: measure(links.a), b: measure(links.b) });
    workbench.pacer.rest();
  };
  return (
    <>
      {(["a", "b"] as const).map((name) => (
        <div class="slot" key={name}>
          <label>
            {name.toUpperCase()}{" "}
            <input
              value={links[name]}
              onInput={(event) => setLinks({ ...links, [name]: event.currentTarget.value })}
            />
          </label>
          <button
            type="button"
            onClick={() => setLinks({ ...links, [name]: setUpToUrl(workbench.setUp) })}
          >
            Present set-up
          </button>
        </div>
      ))}
      <label>
        Seconds{" "}
        <input
          type="number"
          min="1"
          max="600"
          value={seconds}
          onInput={(event) => setSeconds(Number(event.currentTarget.value))}
        />
      </label>{" "}
      <button type="button" onClick={compare}>
        Run both
      </button>
      {fault !== "" && <p class="fault">{fault}</p>}
      {results !== null && <ResultTable {...results} />}
    </>
  );
}

function ResultTable({ a, b }: Results) {
  return (
    <table class="figures compared">
      <thead>
        <tr>
          <th />
          <th>A</th>
          <th>B</th>
          <th>B − A</th>
        </tr>
      </thead>
      <tbody>
        {FIGURES.map(({ key, title }) => (
          <tr key={key} class={a[key] === b[key] ? "" : "differs"}>
            <th scope="row">{title}</th>
            <td>{figureText(a, key)}</td>
            <td>{figureText(b, key)}</td>
            <td>{differenceText(a[key], b[key])}</td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

function differenceText(a: Summary[keyof Summary], b: Summary[keyof Summary]): string {
  if (typeof a !== "number" || typeof b !== "number") return a === b ? "equal" : "differs";
  const difference = b - a;
  if (difference === 0) return "equal";
  const text = Number.isInteger(difference) ? String(difference) : difference.toFixed(2);
  return difference > 0 ? `+${text}` : text;
}
