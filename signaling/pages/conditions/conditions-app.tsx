/** The whole page: how the file stands, who takes part, and the one participant looked at. */
import type { ConditionsView } from "../../conditions/page-protocol.ts";
import { StatusDot } from "../status-dot.tsx";
import { useStore } from "../store.ts";
import { ChangeTable } from "./change-table.tsx";
import type { ConditionsPage, PageState } from "./conditions-page.ts";
import { ParticipantDetail } from "./participant-detail.tsx";
import { ParticipantList } from "./participant-list.tsx";

function Header({ view, isLive }: Pick<PageState, "view" | "isLive">) {
  return (
    <header class="top">
      <strong>{view?.file ?? "Conditions"}</strong>
      <span class="step" role="status">
        <StatusDot tone={isLive ? "good" : "busy"} />
        {isLive ? "Live" : "Connecting…"}
      </span>
      <a class="step" href="/api/docs">
        Requests
      </a>
    </header>
  );
}

function FileState({ view }: { readonly view: ConditionsView }) {
  const { fault, lastChange, file } = view;
  return (
    <>
      {fault !== null && (
        <section class="panel fault-panel" role="alert">
          <h2>{file} has faults; the last good one stays in use</h2>
          <pre>{fault}</pre>
        </section>
      )}
      {lastChange !== null && (
        <section class="panel" aria-labelledby="last-change">
          <details open={lastChange.changes.length > 0}>
            <summary id="last-change">
              {file} changed at {new Date(lastChange.at).toLocaleTimeString()}
            </summary>
            <ChangeTable changes={lastChange.changes} />
          </details>
        </section>
      )}
    </>
  );
}

function TokenForm({ page }: { readonly page: ConditionsPage }) {
  const submit = (event: SubmitEvent) => {
    event.preventDefault();
    const form = event.currentTarget as HTMLFormElement;
    page.setToken(String(new FormData(form).get("token")).trim());
  };
  return (
    <form class="panel row" onSubmit={submit}>
      <label>
        Admin token, as the server printed it{" "}
        <input name="token" type="password" autocomplete="off" required />
      </label>
      <button type="submit">Use</button>
    </form>
  );
}

function Notice({ notice }: Pick<PageState, "notice">) {
  return (
    <p class={`notice ${notice?.kind ?? "hidden"}`} role="status">
      {notice?.text ?? " "}
    </p>
  );
}

export function ConditionsApp({ page }: { readonly page: ConditionsPage }) {
  const { view, isLive, notice, needsToken, selected, detail } = useStore(page.state);
  const row = view?.participants.find(({ participantIndex }) => participantIndex === selected);
  return (
    <>
      <Header view={view} isLive={isLive} />
      <main class="wide">
        <div class="heading">
          <h1>Conditions</h1>
          <Notice notice={notice} />
        </div>
        {view === null ? (
          <p class="loading">Asking the server…</p>
        ) : (
          <>
            <FileState view={view} />
            {needsToken && <TokenForm page={page} />}
            <div class="columns">
              <ParticipantList page={page} view={view} selected={selected} />
              {row !== undefined && (
                <ParticipantDetail
                  key={row.participantIndex}
                  page={page}
                  row={row}
                  detail={detail}
                  file={view.file}
                />
              )}
            </div>
          </>
        )}
      </main>
    </>
  );
}
