/** The current block as it stands in the file: looked at, changed, tried and written. */
import { useState } from "preact/hooks";
import type { ChangeRow } from "../../conditions/page-protocol.ts";
import { ChangeTable } from "./change-table.tsx";
import type { ConditionsPage } from "./conditions-page.ts";

interface EditorProps {
  readonly page: ConditionsPage;
  readonly blockName: string;
  /** Null where the block does not stand in one piece. */
  readonly source: string | null;
  readonly file: string;
}

interface Draft {
  /** The lines as they were when the edit began. */
  readonly before: string;
  readonly text: string;
  readonly answer: DraftAnswer | null;
}

type DraftAnswer =
  | { readonly kind: "refused"; readonly reason: string }
  | { readonly kind: "changes"; readonly changes: readonly ChangeRow[] };

function Answer({ answer }: { readonly answer: DraftAnswer }) {
  if (answer.kind === "refused") {
    return (
      <div role="alert">
        <p class="fault">Not possible:</p>
        <pre class="fault-text">{answer.reason}</pre>
      </div>
    );
  }
  return (
    <div role="status">
      <p>This is what would change:</p>
      <ChangeTable changes={answer.changes} />
    </div>
  );
}

interface DraftFormProps {
  readonly props: EditorProps;
  readonly draft: Draft;
  readonly setDraft: (draft: Draft | null) => void;
}

function DraftForm({ props, draft, setDraft }: DraftFormProps) {
  const { page, blockName, file, source } = props;
  const { before, text, answer } = draft;
  const send = async (isWritten: boolean) => {
    const given = await page.edit({ blockName, before, after: text, isWritten });
    setDraft(isWritten && given.kind === "changes" ? null : { ...draft, answer: given });
  };
  const rows = Math.min(24, Math.max(6, text.split("\n").length + 1));
  return (
    <div class="editor">
      <label>
        {blockName} in {file}
        <textarea
          rows={rows}
          spellcheck={false}
          value={text}
          onInput={({ currentTarget: { value } }) =>
            setDraft({ before, text: value, answer: null })
          }
        />
      </label>
      {source !== before && (
        <p class="fault" role="alert">
          {file} was changed meanwhile; cancel to see it as it is now.
        </p>
      )}
      {answer !== null && <Answer answer={answer} />}
      <div class="actions">
        <button type="button" onClick={() => setDraft(null)}>
          Cancel
        </button>
        <button type="button" onClick={() => void send(false)}>
          Show what would change
        </button>
        <button type="button" class="primary" onClick={() => void send(true)}>
          Write to {file}
        </button>
      </div>
    </div>
  );
}

export function BlockEditor(props: EditorProps) {
  const { source, blockName, file } = props;
  const [draft, setDraft] = useState<Draft | null>(null);
  if (draft !== null) return <DraftForm props={props} draft={draft} setDraft={setDraft} />;
  if (source === null) {
    return (
      <p class="quiet">
        {blockName} does not stand in one piece in {file}; it is edited there.
      </p>
    );
  }
  return (
    <div class="editor">
      <h3>
        {blockName} in {file}
      </h3>
      <pre>{source}</pre>
      <button
        type="button"
        onClick={() => setDraft({ before: source, text: source, answer: null })}
      >
        Edit
      </button>
    </div>
  );
}
