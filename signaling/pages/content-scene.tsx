/** A page of text with one button: the start of a study and everything static in it. */
import { useState } from "preact/hooks";
import type { SceneView } from "../protocol.ts";
import { Html } from "./html.tsx";
import type { StudySocket } from "./study-socket.ts";

interface Props {
  readonly scene: Extract<SceneView, { kind: "start" | "static" }>;
  readonly socket: StudySocket;
}

export function ContentScene({ scene, socket }: Props) {
  const [isBusy, setBusy] = useState(false);
  const [fault, setFault] = useState<string | null>(null);
  const goOn = async () => {
    setBusy(true);
    const { visitId } = scene;
    const answer = await socket.requestUntilAnswered("advance-scene", { visitId, answers: null });
    // When all is well the next scene replaces this one; the button stays busy until then.
    if (answer.ok) return;
    setFault(answer.message);
    setBusy(false);
  };
  return (
    <article class="card">
      <h1>{scene.header}</h1>
      <Html html={scene.bodyHtml} />
      {fault !== null && (
        <p class="fault" role="alert">
          {fault}
        </p>
      )}
      <div class="actions">
        <button type="button" class="primary" disabled={isBusy} onClick={goOn}>
          {isBusy ? "One moment…" : scene.kind === "start" ? "Begin" : "Continue"}
        </button>
      </div>
    </article>
  );
}
