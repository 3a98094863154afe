/** The last page of a path through the study, for every way out. */
import { useState } from "preact/hooks";
import type { Outcome, SceneView } from "../protocol.ts";
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

/** What a study that says nothing itself tells its participants. */
const OUTCOME_WORDS: Readonly<Record<Outcome, readonly [title: string, text: string]>> = {
  completed: ["Thank you for taking part", "You have reached the end of the study."],
  screened_out: ["This study is not for you", "Thank you for your interest in it."],
  declined: ["You chose not to take part", "Thank you for your interest."],
  lobby_timeout: [
    "We could not find a partner in time",
    "This was not your fault. Thank you for waiting.",
  ],
  self_exclusion: [
    "The study has ended for you",
    "The conditions for taking part were no longer met.",
  ],
  partner_exclusion: [
    "The game has ended early",
    "Your partner could not go on. This was not your fault.",
  ],
  partner_disconnected: [
    "Your partner has left",
    "The game could not go on without them. This was not your fault.",
  ],
  self_disconnected: [
    "Your connection was lost",
    "You were away for too long for the game to go on.",
  ],
  focus_loss: ["The study has ended", "The study page was out of view for too long."],
  technical: ["Something went wrong", "The game had to stop because of a fault on our side."],
  researcher_ended: ["The study has ended", "The researchers have ended this session."],
};

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
  const [title, text] = OUTCOME_WORDS[outcome];
  return (
    <article class="card end" data-outcome={outcome}>
      <EndMark isGood={outcome === "completed"} />
      <h1>{scene.header || title}</h1>
      {scene.bodyHtml === "" ? <p>{text}</p> : <Html html={scene.bodyHtml} />}
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
