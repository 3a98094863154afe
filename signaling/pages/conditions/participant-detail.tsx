/** One participant: their blocks in order, where they are, and the current block's config. */
import { useState } from "preact/hooks";
import type { ParticipantRow, ParticipantView } from "../../conditions/page-protocol.ts";
import { BlockEditor } from "./block-editor.tsx";
import type { ConditionsPage } from "./conditions-page.ts";
import { ConfirmButton } from "./confirm-button.tsx";
import { placeText } from "./participant-list.tsx";

interface DetailProps {
  readonly page: ConditionsPage;
  readonly row: ParticipantRow;
  readonly detail: ParticipantView | null;
  readonly file: string;
}

function Moves({ page, row, detail }: Omit<DetailProps, "file">) {
  const { participantIndex, blockId } = row;
  const blocks = detail?.blocks ?? [];
  const [chosen, setChosen] = useState(0);
  return (
    <div class="tools">
      <button type="button" class="primary" onClick={() => void page.moveToNext(participantIndex)}>
        {blockId === null ? "Start" : "Move to next"}
      </button>
      <div class="row">
        <label>
          Block{" "}
          <select
            value={chosen}
            onChange={({ currentTarget }) => setChosen(Number(currentTarget.value))}
          >
            {blocks.map(({ name }, id) => (
              <option key={id} value={id}>
                {id + 1}: {name}
              </option>
            ))}
          </select>
        </label>
        <button type="button" onClick={() => void page.moveToBlock(participantIndex, chosen)}>
          Move there
        </button>
      </div>
      <ConfirmButton
        label="Reset"
        question={`Put participant ${participantIndex} before the first block?`}
        isDisabled={blockId === null}
        onConfirm={() => void page.reset(participantIndex)}
      />
    </div>
  );
}

/** Every block's config, the current one's open. */
function Blocks({ row, detail }: Pick<DetailProps, "row"> & { readonly detail: ParticipantView }) {
  return (
    <ol class="blocks">
      {detail.blocks.map(({ name, config }, id) => {
        const isCurrent = id === row.blockId;
        return (
          <li
            key={id}
            class={isCurrent ? "current" : ""}
            aria-current={isCurrent ? "step" : undefined}
          >
            <details open={isCurrent}>
              <summary>
                {name}
                {isCurrent && <span class="badge">now</span>}
              </summary>
              <pre>{config}</pre>
            </details>
          </li>
        );
      })}
    </ol>
  );
}

export function ParticipantDetail({ page, row, detail, file }: DetailProps) {
  return (
    <section class="panel" aria-labelledby="detail">
      <h2 id="detail">
        Participant {row.participantIndex} <span class="quiet">{placeText(row)}</span>
      </h2>
      <Moves page={page} row={row} detail={detail} />
      {detail !== null && <Blocks row={row} detail={detail} />}
      {row.blockName !== null && detail !== null && (
        <BlockEditor
          key={row.blockName}
          page={page}
          blockName={row.blockName}
          source={detail.source}
          file={file}
        />
      )}
    </section>
  );
}
