/** Why this tab shows nothing of the study. */
import type { RefusalReason } from "../protocol.ts";

interface Props {
  readonly reason: RefusalReason;
  /** The server's sentence for the participant: what happened and what to do. */
  readonly message: string;
}

const TITLES: Partial<Record<RefusalReason, string>> = {
  duplicate_session: "The study is already open",
  wrong_secret: "This link belongs to another browser",
  already_completed: "You have already taken part",
  wrong_version: "This page is out of date",
};

export function Refusal({ reason, message }: Props) {
  return (
    <div class="card end" role="alert" data-refusal={reason}>
      <h1>{TITLES[reason] ?? "The study cannot go on here"}</h1>
      <p>{message}</p>
      {reason === "wrong_version" && (
        <div class="actions">
          <button type="button" class="primary" onClick={() => location.reload()}>
            Load the page again
          </button>
        </div>
      )}
    </div>
  );
}
