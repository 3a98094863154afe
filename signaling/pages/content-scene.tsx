/** A page of text with one button: the start of a study and everything static in it. */
import { useEffect, useRef, useState } from "preact/hooks";
import type { SceneView } from "../protocol.ts";
import { dropDraft, keepDraft, readTexts } from "./answer-draft.ts";
import { fillFields, readFields } from "./body-field.ts";
import { Html } from "./html.tsx";
import type { StudySocket } from "./study-socket.ts";
import "./form-scene.css";

interface Props {
  readonly scene: Extract<SceneView, { kind: "start" | "static" }>;
  readonly socket: StudySocket;
}

const NOTHING_ASKED: readonly string[] = [];

export function ContentScene({ scene, socket }: Props) {
  const { visitId } = scene;
  const elementIds = scene.kind === "static" ? scene.elementIds : NOTHING_ASKED;
  const asks = elementIds.length > 0;
  const draftId = `${socket.subjectId}.${visitId}`;
  const [isBusy, setBusy] = useState(false);
  const [fault, setFault] = useState<string | null>(null);
  const body = useRef<HTMLDivElement>(null);

  // Once: the fields belong to the study's HTML, and hold their values themselves.
  useEffect(() => {
    if (asks && body.current !== null) fillFields(body.current, readTexts(draftId, elementIds));
  }, [draftId]);

  const values = () => (body.current === null ? {} : readFields(body.current, elementIds));

  const goOn = async () => {
    setBusy(true);
    const answers = asks ? values() : null;
    const answer = await socket.requestUntilAnswered("advance-scene", { visitId, answers });
    // When all is well the next scene replaces this one; the button stays busy until then.
    if (answer.ok) {
      dropDraft(draftId);
      return;
    }
    setFault(answer.message);
    setBusy(false);
  };
  return (
    <article class="card">
      <h1>{scene.header}</h1>
      <div ref={body} onInput={() => asks && keepDraft(draftId, values())}>
        <Html html={scene.bodyHtml} />
      </div>
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
