/** A button for what cannot be taken back: it asks first. */
import { useRef } from "preact/hooks";

interface ConfirmButtonProps {
  readonly label: string;
  readonly question: string;
  readonly isDisabled?: boolean;
  readonly onConfirm: () => void;
}

export function ConfirmButton({ label, question, isDisabled, onConfirm }: ConfirmButtonProps) {
  const dialog = useRef<HTMLDialogElement>(null);
  const answer = (isYes: boolean) => {
    dialog.current?.close();
    if (isYes) onConfirm();
  };
  return (
    <>
      <button type="button" disabled={isDisabled} onClick={() => dialog.current?.showModal()}>
        {label}
      </button>
      <dialog ref={dialog} aria-label={label}>
        <p>{question}</p>
        <div class="actions">
          <button type="button" onClick={() => answer(false)}>
            Cancel
          </button>
          <button type="button" class="primary" onClick={() => answer(true)}>
            {label}
          </button>
        </div>
      </dialog>
    </>
  );
}
