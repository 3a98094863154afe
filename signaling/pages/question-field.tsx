/** One question of a form with its answer and what is wrong with it. */
import type { Question } from "../protocol.ts";
import type { Answers } from "./answer-draft.ts";

type Answer = Answers[string];

interface FieldProps<Q extends Question = Question> {
  readonly question: Q;
  readonly answer: Answer;
  readonly fault: string | null;
  onChange(answer: Answer): void;
}

/** Longer answers than this get a field of several lines. */
const ONE_LINE_LENGTH_MAX = 120;

const faultId = (name: string) => `fault-${name}`;

function Prompt({ question }: { readonly question: Question }) {
  return (
    <>
      {question.prompt}
      {!question.isRequired && <span class="optional"> (optional)</span>}
    </>
  );
}

function Fault({ name, fault }: { readonly name: string; readonly fault: string | null }) {
  return fault === null ? null : (
    <p class="fault" id={faultId(name)}>
      {fault}
    </p>
  );
}

function described(name: string, fault: string | null) {
  return fault === null
    ? { "aria-invalid": "false" as const }
    : { "aria-invalid": "true" as const, "aria-describedby": faultId(name) };
}

function TextQuestion(props: FieldProps<Extract<Question, { kind: "text" }>>) {
  const { question, answer, fault, onChange } = props;
  const { name, lengthMax } = question;
  const shared = {
    id: `question-${name}`,
    name,
    value: typeof answer === "string" ? answer : "",
    maxLength: lengthMax,
    ...described(name, fault),
  };
  return (
    <div class="question">
      <label for={shared.id} class="prompt">
        <Prompt question={question} />
      </label>
      {lengthMax > ONE_LINE_LENGTH_MAX ? (
        <textarea {...shared} rows={4} onInput={(event) => onChange(event.currentTarget.value)} />
      ) : (
        <input
          {...shared}
          type="text"
          autocomplete="off"
          onInput={(event) => onChange(event.currentTarget.value)}
        />
      )}
      <Fault name={name} fault={fault} />
    </div>
  );
}

function OptionsQuestion(props: FieldProps<Extract<Question, { kind: "options" }>>) {
  const { question, answer, fault, onChange } = props;
  const { name, options, isMultiple } = question;
  const chosen = Array.isArray(answer) ? answer : answer === null ? [] : [answer];
  const change = (option: string, isChecked: boolean) => {
    if (!isMultiple) return onChange(option);
    const isKept = (other: string) => (other === option ? isChecked : chosen.includes(other));
    onChange(options.filter(isKept));
  };
  return (
    <fieldset class="question" {...described(name, fault)}>
      <legend class="prompt">
        <Prompt question={question} />
        {isMultiple && <span class="optional"> Choose all that apply.</span>}
      </legend>
      {question.image && <img class="picture-of-question" src={question.image} alt="" />}
      <div class="options">
        {options.map((option) => (
          <label key={option} class="option">
            <input
              type={isMultiple ? "checkbox" : "radio"}
              name={name}
              value={option}
              checked={chosen.includes(option)}
              onChange={(event) => change(option, event.currentTarget.checked)}
            />
            <span>{option}</span>
          </label>
        ))}
      </div>
      <Fault name={name} fault={fault} />
    </fieldset>
  );
}

/** More points than this do not fit side by side on a phone. */
const STEPS_MAX = 11;

type ScaleProps = FieldProps<Extract<Question, { kind: "scale" }>>;

function Steps({ question, answer, onChange }: ScaleProps) {
  const { name, size } = question;
  const steps = Array.from({ length: size }, (_, i) => i + 1);
  return (
    <div class="steps">
      {steps.map((step) => (
        <label key={step} class="step">
          <input
            type="radio"
            name={name}
            value={step}
            checked={answer === step}
            aria-label={`${step} of ${size}`}
            onChange={() => onChange(step)}
          />
          <span>{step}</span>
        </label>
      ))}
    </div>
  );
}

/** No answer before it is touched, wherever its thumb stands; a click on the thumb is one. */
function Slider({ question, answer, onChange }: ScaleProps) {
  const { name, prompt, size } = question;
  const isTouched = typeof answer === "number";
  const choose = (event: { readonly currentTarget: HTMLInputElement }) =>
    onChange(event.currentTarget.valueAsNumber);
  return (
    <div class="slider">
      <input
        type="range"
        name={name}
        min={1}
        max={size}
        value={isTouched ? answer : Math.ceil(size / 2)}
        class={isTouched ? "" : "untouched"}
        aria-label={prompt}
        aria-valuetext={isTouched ? `${answer} of ${size}` : "Not chosen yet"}
        onInput={choose}
        onClick={choose}
      />
      <output>{isTouched ? `${answer} of ${size}` : "Not chosen"}</output>
    </div>
  );
}

function ScaleQuestion(props: ScaleProps) {
  const { question, fault } = props;
  const { name, size, labels } = question;
  return (
    <fieldset class="question" {...described(name, fault)}>
      <legend class="prompt">
        <Prompt question={question} />
      </legend>
      <div class="scale">
        {size > STEPS_MAX ? <Slider {...props} /> : <Steps {...props} />}
        <div class={labels.length < size ? "scale-labels ends" : "scale-labels"}>
          {labels.map((label) => (
            <span key={label}>{label}</span>
          ))}
        </div>
      </div>
      <Fault name={name} fault={fault} />
    </fieldset>
  );
}

function Field(props: FieldProps) {
  const { question } = props;
  switch (question.kind) {
    case "text":
      return <TextQuestion {...props} question={question} />;
    case "options":
      return <OptionsQuestion {...props} question={question} />;
    case "scale":
      return <ScaleQuestion {...props} question={question} />;
  }
}

export function QuestionField(props: FieldProps) {
  const { heading } = props.question;
  return (
    <>
      {heading && <h2>{heading}</h2>}
      <Field {...props} />
    </>
  );
}
