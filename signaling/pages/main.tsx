/** Starts the participant's page. */
import { render } from "preact";
import { App } from "./app.tsx";
import { browserHost } from "./browser-host.ts";
import { claimTabId, subjectIdOf } from "./identity.ts";
import "./page.css";
import { Outbox } from "./outbox.ts";
import { exposePage } from "./page-window.ts";
import { StudyPage } from "./study-page.ts";

const host = document.getElementById("page") as HTMLElement;
const subjectId = subjectIdOf(location.pathname);

if (subjectId === null) {
  host.textContent = "This address has no participant in it. Please use the link you were given.";
} else {
  const outbox = await Outbox.open(subjectId);
  const page = new StudyPage(subjectId, await claimTabId(), outbox, browserHost);
  exposePage(page);
  page.state.subscribe(() => {
    const { progress, room, warning } = page.state.value;
    // Somebody who is in another tab sees there that the game has begun, or wants them back.
    const mark = warning !== null ? "⚠ " : room === null ? "" : "▶ ";
    if (progress !== null) document.title = mark + progress.experimentTitle;
  });
  addEventListener("error", ({ message }) => page.reportFault(message));
  addEventListener("unhandledrejection", ({ reason }) => page.reportFault(String(reason)));
  render(<App page={page} />, host);
}
