/** A page of questions: answers are checked here for gaps and by the server for everything. */
import { useEffect, useRef, useState } from "preact/hooks";
import type { SceneView } from "../protocol.ts";
import {
  type Answers,
  completeAnswers,
  dropDraft,
  keepDraft,
  missingAnswers,
  readDraft,
} from "./answer-draft.ts";
import { Html } from "./html.tsx";
import { QuestionField } from "./question-field.tsx";
import type { StudySocket } from "./study-socket.ts";
import "./form-scene.css";

interface Props {
  readonly scene: Extract<SceneView, { kind: "form" }>;
  readonly socket: StudySocket;
}

type Faults = Readonly<Record<string, string>>;

export function FormScene({ scene, socket }: Props) {
  const { visitId, questions } = scene;
  const draftId = `${socket.subjectId}.${visitId}`;
  const [answers, setAnswers] = useState<Answers>(() => readDraft(draftId, questions));
  const [faults, setFaults] = useState<Faults>({});
  const [message, setMessage] = useState<string | null>(null);
  const [isBusy, setBusy] = useState(false);
  const form = useRef<HTMLFormElement>(null);

  useEffect(() => {
    const invalid = form.current?.querySelector<HTMLElement>('[aria-invalid="true"]');
    const field = invalid?.matches("input, textarea") ? invalid : invalid?.querySelector("input");
    (field as HTMLElement | null | undefined)?.focus();
  }, [faults]);

  const change = (name: string, answer: Answers[string]) => {
    const next = { ...answers, [name]: answer };
    setAnswers(next);
    keepDraft(draftId, next);
    if (faults[name] !== undefined) {
      const left = Object.entries(faults).filter(([key]) => key !== name);
      setFaults(Object.fromEntries(left));
      if (left.length === 0) setMessage(null);
    }
  };

  const refuse = (found: Faults, text: string) => {
    setFaults(found);
    setMessage(text);
  };

  const submit = async (event: Event) => {
    event.preventDefault();
    const missing = missingAnswers(questions, answers);
    const missingCount = Object.keys(missing).length;
    if (missingCount > 0) {
      const noun = missingCount === 1 ? "question needs" : "questions need";
      refuse(missing, `${missingCount} ${noun} an answer.`);
      return;
    }
    setBusy(true);
    setMessage(null);
    const answer = await socket.requestUntilAnswered("advance-scene", {
      visitId,
      answers: completeAnswers(questions, answers),
    });
    if (answer.ok) {
      dropDraft(draftId);
      return;
    }
    refuse(answer.faults ?? {}, answer.message);
    setBusy(false);
  };

  return (
    <article class="card">
      <h1>{scene.header}</h1>
      <Html html={scene.bodyHtml} />
      <form ref={form} onSubmit={submit} noValidate>
        {questions.map((question) => (
          <QuestionField
            key={question.name}
            question={question}
            answer={answers[question.name] ?? null}
            fault={faults[question.name] ?? null}
            onChange={(answer) => change(question.name, answer)}
          />
        ))}
        {message !== null && (
          <p class="fault" role="alert">
            {message}
          </p>
        )}
        <div class="actions">
          <button type="submit" class="primary" disabled={isBusy}>
            {isBusy ? "One moment…" : "Continue"}
          </button>
        </div>
      </form>
    </article>
  );
}
