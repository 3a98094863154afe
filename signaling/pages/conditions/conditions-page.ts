/** What the page knows of the server, and what it asks it to do. */
import type {
  BlockEdit,
  ChangeRow,
  ConditionsView,
  EditResult,
  ParticipantView,
} from "../../conditions/page-protocol.ts";
import { Store } from "../store.ts";

export interface PageState {
  readonly view: ConditionsView | null;
  readonly selected: number | null;
  /** Of the participant selected; null until it has come. */
  readonly detail: ParticipantView | null;
  /** Whether changes are heard of as they happen. */
  readonly isLive: boolean;
  readonly notice: { readonly kind: "done" | "refused"; readonly text: string } | null;
  /** Whether the server asked for the admin token. */
  readonly needsToken: boolean;
}

const TOKEN_KEY = "admin-token";

export type EditAnswer =
  | { readonly kind: "changes"; readonly changes: readonly ChangeRow[] }
  | { readonly kind: "refused"; readonly reason: string };

export class ConditionsPage {
  readonly state = new Store<PageState>({
    view: null,
    selected: null,
    detail: null,
    isLive: false,
    notice: null,
    needsToken: false,
  });
  #isLoading = false;
  #isStale = false;

  constructor() {
    const events = new EventSource("/page/events");
    events.onmessage = () => {
      this.state.patch({ isLive: true });
      void this.refresh();
    };
    events.onerror = () => this.state.patch({ isLive: false });
  }

  select(participantIndex: number): void {
    this.state.patch({ selected: participantIndex, detail: null, notice: null });
    void this.refresh();
  }

  setToken(token: string): void {
    sessionStorage.setItem(TOKEN_KEY, token);
    this.state.patch({ needsToken: false, notice: null });
  }

  moveToNext(participantIndex: number): Promise<boolean> {
    return this.#act("POST", `move-to-next/${participantIndex}`, (answer) => {
      const { name } = answer as { name: string };
      return name === "END"
        ? `Participant ${participantIndex} is through.`
        : `Participant ${participantIndex} is at ${name}.`;
    });
  }

  moveToBlock(participantIndex: number, blockId: number): Promise<boolean> {
    const path = `move-to-block/${participantIndex}/${blockId}`;
    return this.#act(
      "POST",
      path,
      () => `Participant ${participantIndex} is at block ${blockId + 1}.`,
    );
  }

  moveAllToBlock(blockId: number): Promise<boolean> {
    const text = `Everybody who was at a block is at block ${blockId + 1}.`;
    return this.#act("POST", `move-all-to-block/${blockId}`, () => text);
  }

  reset(participantIndex: number): Promise<boolean> {
    const text = `Participant ${participantIndex} is before the first block.`;
    return this.#act("POST", `reset-participant/${participantIndex}`, () => text);
  }

  async add(participantIndex: number | null): Promise<void> {
    let added = participantIndex;
    const path = participantIndex === null ? "new-participant" : `add-participant/${added}`;
    const isDone = await this.#act("PUT", path, (answer) => {
      added ??= answer as number;
      return `Participant ${added} is added.`;
    });
    if (isDone && added !== null) this.state.patch({ selected: added, detail: null });
    await this.refresh();
  }

  /** Asks what an edit would change or, with `isWritten`, puts it into the file. */
  async edit(edit: BlockEdit): Promise<EditAnswer> {
    const response = await this.#fetch("POST", "/page/edits", JSON.stringify(edit));
    if (response === null) return { kind: "refused", reason: "The server does not answer." };
    if (!response.ok) return { kind: "refused", reason: await response.text() };
    const { changes } = (await response.json()) as EditResult;
    if (edit.isWritten) await this.refresh();
    return { kind: "changes", changes };
  }

  /** One request at a time; what comes meanwhile is asked for once more after it. */
  async refresh(): Promise<void> {
    this.#isStale = true;
    if (this.#isLoading) return;
    this.#isLoading = true;
    try {
      while (this.#isStale) {
        this.#isStale = false;
        await this.#load();
      }
    } catch {
      this.state.patch({ isLive: false });
    } finally {
      this.#isLoading = false;
    }
  }

  async #load(): Promise<void> {
    const view = (await (await fetch("/page/view")).json()) as ConditionsView;
    const selected = this.state.value.selected ?? view.defaultParticipantIndex;
    const response = await fetch(`/page/participants/${selected}`);
    const detail = response.ok ? ((await response.json()) as ParticipantView) : null;
    const { selected: wanted, view: before } = this.state.value;
    // News of the file are of more interest than what was done before them.
    const isNews = view.fault !== before?.fault || view.lastChange?.at !== before?.lastChange?.at;
    if ((wanted ?? selected) !== selected) this.#isStale = true;
    else this.state.patch({ view, selected, detail, ...(isNews ? { notice: null } : {}) });
  }

  async #act(
    method: "POST" | "PUT",
    path: string,
    sentence: (answer: unknown) => string,
  ): Promise<boolean> {
    const response = await this.#fetch(method, `/api/${path}`);
    if (response === null) return this.#refused("The server does not answer.");
    const text = await response.text();
    if (response.ok) {
      this.state.patch({ notice: { kind: "done", text: sentence(JSON.parse(text)) } });
      return true;
    }
    if (text === "false") return this.#refused("There is a participant of this number already.");
    return this.#refused(text);
  }

  #refused(text: string): false {
    this.state.patch({ notice: { kind: "refused", text } });
    return false;
  }

  /** Null if there is no answer. */
  async #fetch(method: string, path: string, body?: string): Promise<Response | null> {
    const token = sessionStorage.getItem(TOKEN_KEY);
    const headers: Record<string, string> = {};
    if (token !== null) headers.authorization = `Bearer ${token}`;
    if (body !== undefined) headers["content-type"] = "application/json";
    const request = { method, headers, ...(body === undefined ? {} : { body }) };
    const response = await fetch(path, request).catch(() => null);
    if (response?.status === 401) this.state.patch({ needsToken: true });
    return response;
  }
}
