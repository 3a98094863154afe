/** A warning of the server's, which stays until the participant can have read it. */
import { useEffect } from "preact/hooks";
import "./warning-notice.css";

export interface Warning {
  readonly message: string;
}

interface Props {
  /** Null for none. */
  readonly warning: Warning | null;
  onDismiss(): void;
}

/** In view, also for a slow reader; it lies over an edge of the picture. */
const SHOWN_MS = 10_000;

/** Always there, so that assistive technology hears the change; takes no focus from the game's keys. */
export function WarningNotice({ warning, onDismiss }: Props) {
  useEffect(() => {
    if (warning === null) return;
    let timer: ReturnType<typeof setTimeout> | undefined;
    const update = () => {
      clearTimeout(timer);
      if (document.visibilityState === "visible") timer = setTimeout(onDismiss, SHOWN_MS);
    };
    update();
    document.addEventListener("visibilitychange", update);
    return () => {
      clearTimeout(timer);
      document.removeEventListener("visibilitychange", update);
    };
  }, [warning, onDismiss]);

  return (
    <div class={warning === null ? "warning hidden" : "warning"} role="alert">
      {warning !== null && (
        <>
          <span>{warning.message}</span>
          <button type="button" onClick={onDismiss}>
            OK
          </button>
        </>
      )}
    </div>
  );
}
