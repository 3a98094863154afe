/** The whole page: a header, how the connection stands, and the scene. */
import { useEffect, useRef } from "preact/hooks";
import type { ProgressView } from "../protocol.ts";
import { ConsentScene } from "./consent-scene.tsx";
import { ContentScene } from "./content-scene.tsx";
import { EndScene } from "./end-scene.tsx";
import { FormScene } from "./form-scene.tsx";
import { GymScene } from "./gym-scene.tsx";
import { Refusal } from "./refusal.tsx";
import { StatusDot } from "./status-dot.tsx";
import { useStore } from "./store.ts";
import type { StudyPage } from "./study-page.ts";
import type { Line } from "./study-socket.ts";
import { WarningNotice } from "./warning-notice.tsx";

function Header({ progress }: { readonly progress: ProgressView | null }) {
  if (progress === null) return <header class="top" />;
  const { index, count, experimentTitle } = progress;
  const step = Math.min(index + 1, count);
  return (
    <header class="top">
      <strong>{experimentTitle}</strong>
      <span class="step">
        Step {step} of {count}
      </span>
      <progress value={step} max={count} aria-label="Progress through the study" />
    </header>
  );
}

/** Always there, so that assistive technology hears the change and nothing moves. */
function Banner({ line }: { readonly line: Line }) {
  const isDown = line.kind === "reconnecting";
  return (
    <div class={isDown ? "banner" : "banner hidden"} role="status">
      {isDown && (
        <>
          <StatusDot tone="busy" />
          Reconnecting to the study… What you have entered is kept.
        </>
      )}
    </div>
  );
}

function Scene({ page }: { readonly page: StudyPage }) {
  const { scene, waitroom, room } = useStore(page.state);
  const { socket } = page;
  if (scene === null) {
    return (
      <p class="loading" role="status">
        Connecting to the study…
      </p>
    );
  }
  const key = scene.visitId;
  switch (scene.kind) {
    case "start":
    case "static":
      return <ContentScene key={key} scene={scene} socket={socket} />;
    case "consent":
      return <ConsentScene key={key} scene={scene} socket={socket} />;
    case "form":
      return <FormScene key={key} scene={scene} socket={socket} />;
    case "gym":
      return <GymScene key={key} scene={scene} waitroom={waitroom} room={room} socket={socket} />;
    case "completion-code":
    case "end":
      return <EndScene key={key} scene={scene} socket={socket} />;
  }
}

export function App({ page }: { readonly page: StudyPage }) {
  const { scene, progress, warning } = useStore(page.state);
  const line = useStore(page.socket.line);
  const main = useRef<HTMLElement>(null);
  const visitId = scene?.visitId;

  // Fields in a study's HTML that name a global: changes bubble to here, whatever the scene.
  useEffect(() => {
    if (visitId !== undefined && main.current !== null) page.globals.fill(main.current);
  }, [visitId]);

  // A new scene begins at its top, also for those who read it with a screen reader.
  useEffect(() => {
    if (visitId === undefined) return;
    scrollTo(0, 0);
    main.current?.focus({ preventScroll: true });
  }, [visitId]);

  return (
    <>
      <Header progress={progress} />
      <Banner line={line} />
      <WarningNotice warning={warning} onDismiss={page.dismissWarning} />
      <main ref={main} tabIndex={-1} onChange={(event) => page.globals.changed(event)}>
        {line.kind === "refused" ? (
          <Refusal reason={line.reason} message={line.message} />
        ) : (
          <Scene page={page} />
        )}
      </main>
    </>
  );
}
