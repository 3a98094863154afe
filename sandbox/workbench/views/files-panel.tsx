/** Files out and in: what a study would write of the run, and a participant's replay to look at. */
import { useState } from "preact/hooks";
import { failingSchedule } from "../failing-schedule.ts";
import { openReplay, type ReplayPlayer } from "../replay-player.ts";
import { type RunFiles, RunRecord } from "../run-files.ts";
import type { Workbench } from "../workbench.ts";
import { ReplayView } from "./replay-view.tsx";
import { useRefresh } from "./use-refresh.ts";

/** Kinds of file by the end of their names, as in a study's data folder. */
const KINDS: Readonly<Record<string, (files: RunFiles) => string>> = {
  "multiplayer_metrics.json": ({ metrics }) => JSON.stringify(metrics),
  "ep0_replay.json": ({ replay }) => JSON.stringify(replay),
  "ep0.csv": ({ csv }) => csv,
};

export function FilesPanel({ workbench }: { readonly workbench: Workbench }) {
  useRefresh(workbench);
  const [replay, setReplay] = useState<ReplayPlayer | null>(null);
  const [fault, setFault] = useState("");
  const load = async (file: File | undefined) => {
    if (file === undefined) return;
    const opened = openReplay(await file.text(), workbench.hasher);
    setFault(opened.kind === "refused" ? opened.message : "");
    setReplay(opened.kind === "opened" ? opened.player : null);
  };
  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: the file field below does the same with keys.
    <div
      class="files"
      onDragOver={(event) => event.preventDefault()}
      onDrop={(event) => {
        event.preventDefault();
        void load(event.dataTransfer?.files[0]);
      }}
    >
      <h3>Save the run so far, as a study would</h3>
      {workbench.run.logs.map(({ peer }) => (
        <p key={peer}>
          peer {peer}{" "}
          {Object.keys(KINDS).map((kind) => (
            <button type="button" key={kind} onClick={() => saveFile(workbench, peer, kind)}>
              {kind}
            </button>
          ))}
        </p>
      ))}
      <p>
        for the tests{" "}
        <button type="button" onClick={() => saveSchedule(workbench)}>
          failing schedule
        </button>
      </p>
      <h3>Look at a participant's _replay.json</h3>
      <label class="drop">
        Drop it here or choose it{" "}
        <input
          type="file"
          accept=".json"
          onChange={(event) => void load(event.currentTarget.files?.[0])}
        />
      </label>
      {fault !== "" && (
        <p class="fault" role="alert">
          {fault}
        </p>
      )}
      {replay !== null && <ReplayView key={replay.file.hashes.at(-1)} player={replay} />}
    </div>
  );
}

function saveFile(workbench: Workbench, peer: number, kind: string): void {
  const { run, hasher } = workbench;
  const record = new RunRecord(run, hasher, Math.round(Date.now() - run.nowMs));
  save(`peer_${peer}_${kind}`, KINDS[kind]?.(record.filesOf(peer)) ?? "");
}

function saveSchedule({ run }: Workbench): void {
  const entry = failingSchedule(run, "");
  save(`${run.setUp.game}-${run.setUp.seed}.json`, `${JSON.stringify(entry, null, 2)}\n`);
}

function save(name: string, text: string): void {
  const url = URL.createObjectURL(new Blob([text]));
  const link = document.createElement("a");
  link.href = url;
  link.download = name;
  link.click();
  URL.revokeObjectURL(url);
}
