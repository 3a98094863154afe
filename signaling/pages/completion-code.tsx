/** The code that proves participation, easy to copy, with the way back. */
import { useRef, useState } from "preact/hooks";

interface Props {
  readonly code: string | null;
  readonly redirectUrl: string | null;
}

export function CompletionCode({ code, redirectUrl }: Props) {
  const field = useRef<HTMLOutputElement>(null);
  const [copied, setCopied] = useState<"not yet" | "copied" | "selected">("not yet");
  const copy = async () => {
    try {
      await navigator.clipboard.writeText(code ?? "");
      setCopied("copied");
    } catch {
      // Without permission: leave it selected, so that the keyboard can copy it.
      if (field.current !== null) getSelection()?.selectAllChildren(field.current);
      setCopied("selected");
    }
  };
  return (
    <>
      {code !== null && (
        <div class="code">
          <span id="code-label">Your completion code</span>
          <output ref={field} aria-labelledby="code-label" data-testid="completion-code">
            {code}
          </output>
          <button type="button" class={redirectUrl === null ? "primary" : ""} onClick={copy}>
            {copied === "copied" ? "Copied" : "Copy code"}
          </button>
          <p class="quiet" role="status">
            {copied === "copied" && "The code is on your clipboard."}
            {copied === "selected" && "The code is selected: press Ctrl+C or ⌘C to copy it."}
          </p>
        </div>
      )}
      {redirectUrl !== null && (
        <div class="actions">
          <a class="button primary" href={redirectUrl}>
            Go back and finish
          </a>
        </div>
      )}
    </>
  );
}
