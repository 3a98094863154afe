/** The last page of a path through the study, for every way out. */
import { useState } from "preact/hooks";
import type { SceneView } from "../protocol.ts";
import { CompletionCode } from "./completion-code.tsx";
import { Html } from "./html.tsx";
import type { StudySocket } from "./study-socket.ts";
import "./end-scene.css";

interface Props {
  readonly scene: Extract<SceneView, { kind: "completion-code" | "end" }>;
  readonly socket: StudySocket;
}

type EndView = Extract<SceneView, { kind: "end" }>;

/** For somebody whom nobody came to play with: another try, without a new link. */
function WaitAgain({ scene, socket }: { readonly scene: EndView; readonly socket: StudySocket }) {
  const [isAsking, setAsking] = useState(false);
  const ask = () => {
    setAsking(true);
    const { visitId } = scene;
    void socket.requestUntilAnswered("wait-again", { visitId }).then(() => setAsking(false));
  };
  return (
    <div class="actions">
      <button type="button" disabled={isAsking} onClick={ask}>
        Look for a partner again
      </button>
    </div>
  );
}

/** A tick for a good end, a neutral bar for one that nobody chose. */
function EndMark({ isGood }: { readonly isGood: boolean }) {
  return (
    <svg class={isGood ? "mark good" : "mark"} viewBox="0 0 48 48" aria-hidden="true">
      <circle cx="24" cy="24" r="22" />
      {isGood ? <path d="M14 25 l7 7 l13 -15" /> : <path d="M15 24 h18" />}
    </svg>
  );
}

export function EndScene({ scene, socket }: Props) {
  const outcome = scene.kind === "end" ? scene.outcome : "completed";
  return (
    <article class="card end" data-outcome={outcome}>
      <EndMark isGood={outcome === "completed"} />
      <h1>{scene.header}</h1>
      <Html html={scene.bodyHtml} />
      <CompletionCode code={scene.code} redirectUrl={scene.redirectUrl} />
      {scene.kind === "end" && scene.canWaitAgain && <WaitAgain scene={scene} socket={socket} />}
      {scene.redirectUrl === null && (
        <p class="quiet">
          {scene.code === null
            ? "You can close this page now."
            : "Copy the code, then close this page."}
        </p>
      )}
    </article>
  );
}
