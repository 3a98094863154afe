/** Which keys do what, before and during a game. */
import type { SceneView } from "../protocol.ts";

type KeyHelpEntries = Extract<SceneView, { kind: "gym" }>["keyHelp"];

/** `Arrow keys or W A S D` becomes five caps: alternatives apart, single letters apart, phrases whole. */
function keyCaps(keys: string): readonly string[] {
  const alternatives = keys.split(/\s+or\s+|\s*[,/]\s*/).filter((part) => part !== "");
  return alternatives.flatMap((part) => {
    const words = part.split(/\s+/);
    return words.every((word) => word.length === 1) ? words : [part];
  });
}

export function KeyHelp({ entries }: { readonly entries: KeyHelpEntries }) {
  if (entries.length === 0) return null;
  return (
    <section class="key-help" aria-label="Keys">
      <h2>Keys</h2>
      <dl>
        {entries.map(({ keys, does }) => (
          <div key={keys}>
            <dt>
              {keyCaps(keys).map((key) => (
                <kbd key={key}>{key}</kbd>
              ))}
            </dt>
            <dd>{does}</dd>
          </div>
        ))}
      </dl>
    </section>
  );
}
