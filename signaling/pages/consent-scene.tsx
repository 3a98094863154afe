/** What somebody agrees to before they take part, and the way out for those who do not. */
import { useState } from "preact/hooks";
import type { SceneView } from "../protocol.ts";
import { Html } from "./html.tsx";
import type { StudySocket } from "./study-socket.ts";
import "./form-scene.css";

interface Props {
  readonly scene: Extract<SceneView, { kind: "consent" }>;
  readonly socket: StudySocket;
}

export function ConsentScene({ scene, socket }: Props) {
  const { visitId, statements, agreeLabel, declineLabel } = scene;
  const [ticked, setTicked] = useState<readonly boolean[]>(statements.map(() => false));
  const [isBusy, setBusy] = useState(false);
  const [message, setMessage] = useState<string | null>(null);

  const answer = async (consent: boolean) => {
    if (consent && ticked.includes(false)) {
      setMessage("Please tick every statement before you agree.");
      return;
    }
    setBusy(true);
    const own = ticked.map((isTicked, index) => [`statement_${index}`, isTicked] as const);
    const answers = { ...Object.fromEntries(own), consent };
    const reply = await socket.requestUntilAnswered("advance-scene", { visitId, answers });
    if (reply.ok) return;
    setMessage(reply.message);
    setBusy(false);
  };

  const tick = (index: number, isTicked: boolean) => {
    setMessage(null);
    setTicked(ticked.map((before, i) => (i === index ? isTicked : before)));
  };

  return (
    <article class="card">
      <h1>{scene.header}</h1>
      <Html html={scene.bodyHtml} />
      {statements.length > 0 && (
        <div class="options statements">
          {statements.map((statement, index) => (
            <label key={statement} class="option">
              <input
                type="checkbox"
                checked={ticked[index] ?? false}
                onChange={(event) => tick(index, event.currentTarget.checked)}
              />
              <span>{statement}</span>
            </label>
          ))}
        </div>
      )}
      {message !== null && (
        <p class="fault" role="alert">
          {message}
        </p>
      )}
      <div class="actions">
        <button type="button" disabled={isBusy} onClick={() => answer(false)}>
          {declineLabel}
        </button>
        <button type="button" class="primary" disabled={isBusy} onClick={() => answer(true)}>
          {isBusy ? "One moment…" : agreeLabel}
        </button>
      </div>
    </article>
  );
}
