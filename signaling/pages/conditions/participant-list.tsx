/** Everybody who was added: where they are, and what is done to all. */
import { useState } from "preact/hooks";
import type { ConditionsView, ParticipantRow } from "../../conditions/page-protocol.ts";
import type { ConditionsPage } from "./conditions-page.ts";
import { ConfirmButton } from "./confirm-button.tsx";

/** More rows at once make the page slow, and nobody reads them. */
const SHOWN_STEP = 200;

export function placeText({ blockId, blocksCount }: ParticipantRow): string {
  if (blockId === null) return "not started";
  return blockId >= blocksCount ? "through" : `block ${blockId + 1} of ${blocksCount}`;
}

interface ListProps {
  readonly page: ConditionsPage;
  readonly view: ConditionsView;
  readonly selected: number | null;
}

function AddForm({ page }: { readonly page: ConditionsPage }) {
  const [index, setIndex] = useState("");
  const submit = (event: SubmitEvent) => {
    event.preventDefault();
    void page.add(index === "" ? null : Number(index));
    setIndex("");
  };
  return (
    <form class="row" onSubmit={submit}>
      <label>
        Number{" "}
        <input
          type="number"
          min="1"
          step="1"
          placeholder="next"
          value={index}
          onInput={({ currentTarget }) => setIndex(currentTarget.value)}
        />
      </label>
      <button type="submit">Add participant</button>
    </form>
  );
}

function MoveAll({ page, view }: Omit<ListProps, "selected">) {
  const [blockId, setBlockId] = useState(0);
  const count = Math.max(1, ...view.participants.map(({ blocksCount }) => blocksCount));
  const active = view.participants.filter((row) => row.blockName !== null).length;
  return (
    <div class="row">
      <label>
        Block{" "}
        <select
          value={Math.min(blockId, count - 1)}
          onChange={({ currentTarget }) => setBlockId(Number(currentTarget.value))}
        >
          {Array.from({ length: count }, (_, id) => (
            <option key={id} value={id}>
              {id + 1}
            </option>
          ))}
        </select>
      </label>
      <ConfirmButton
        label="Move all"
        question={`Move all ${active} who are at a block to block ${blockId + 1}?`}
        isDisabled={active === 0}
        onConfirm={() => void page.moveAllToBlock(blockId)}
      />
    </div>
  );
}

function Row({
  page,
  row,
  isSelected,
  isDefault,
}: {
  page: ConditionsPage;
  row: ParticipantRow;
  isSelected: boolean;
  isDefault: boolean;
}) {
  const { participantIndex, blockName } = row;
  return (
    <tr class={isSelected ? "selected" : ""}>
      <th scope="row">
        <button
          type="button"
          class="link"
          aria-pressed={isSelected}
          onClick={() => page.select(participantIndex)}
        >
          Participant {participantIndex}
        </button>
        {isDefault && (
          <span class="quiet" title="Whom requests without a participant mean">
            {" "}
            default
          </span>
        )}
      </th>
      <td>{placeText(row)}</td>
      <td>{blockName ?? "—"}</td>
    </tr>
  );
}

export function ParticipantList({ page, view, selected }: ListProps) {
  const [filter, setFilter] = useState("");
  const [shown, setShown] = useState(SHOWN_STEP);
  const wanted = filter.trim().toLowerCase();
  const found = view.participants.filter(
    (row) =>
      String(row.participantIndex).startsWith(wanted) ||
      `${row.blockName ?? ""} ${placeText(row)}`.toLowerCase().includes(wanted),
  );
  return (
    <section class="panel" aria-labelledby="participants">
      <h2 id="participants">Participants ({view.participants.length})</h2>
      <div class="tools">
        <AddForm page={page} />
        <MoveAll page={page} view={view} />
      </div>
      <input
        type="search"
        placeholder="Number, block or place"
        aria-label="Search participants"
        value={filter}
        onInput={({ currentTarget }) => setFilter(currentTarget.value)}
      />
      <div class="scroll tall">
        <table>
          <thead>
            <tr>
              <th scope="col">Who</th>
              <th scope="col">Place</th>
              <th scope="col">Block</th>
            </tr>
          </thead>
          <tbody>
            {found.slice(0, shown).map((row) => (
              <Row
                key={row.participantIndex}
                page={page}
                row={row}
                isSelected={row.participantIndex === selected}
                isDefault={row.participantIndex === view.defaultParticipantIndex}
              />
            ))}
          </tbody>
        </table>
        {found.length > shown && (
          <button type="button" onClick={() => setShown(shown + SHOWN_STEP)}>
            Show {Math.min(SHOWN_STEP, found.length - shown)} more
          </button>
        )}
        {found.length === 0 && <p class="quiet">Nobody fits “{filter}”.</p>}
      </div>
    </section>
  );
}
