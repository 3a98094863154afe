/** Controls of the links; they change the running network at once. */
import type { FolderApi, Pane } from "tweakpane";
import type { LinkProfile } from "../../../engine/index.ts";
import { LINK_RANGES, NAMED_LINKS } from "../set-up.ts";
import type { Workbench } from "../workbench.ts";
import { noteOf } from "./note.ts";

const ALL = "all links";
const OWN = "custom";

/** Which link the controls are about; outlives the pane. */
export interface LinkChoice {
  link: string;
}

export function anyLink(): LinkChoice {
  return { link: ALL };
}

const LABELS: Readonly<Record<keyof LinkProfile, string>> = {
  delayMs: "delay ms",
  jitterMs: "jitter ± ms",
  lossRatio: "loss",
  burstRatio: "burst chance",
  burstPackets: "burst packets",
  duplicateRatio: "duplication",
  reorderRatio: "reordering",
  reorderMs: "held back ms",
  bandwidthKbitPerS: "kbit/s, 0 free",
};
const RATIO_STEP = 0.001;

/** Pairs of peers by the name they are chosen by. */
function linkNames(peers: number): Record<string, string> {
  const names: Record<string, string> = { [ALL]: ALL };
  for (let from = 0; from < peers; from++) {
    for (let to = 0; to < peers; to++) if (from !== to) names[`${from} → ${to}`] = `${from}>${to}`;
  }
  return names;
}

export function addLinkControls(pane: Pane, workbench: Workbench, choice: LinkChoice): void {
  const folder = pane.addFolder({ title: "Links (change while running)" });
  // The next run may have fewer peers.
  if (pairsOf(workbench, choice.link).length === 0) choice.link = ALL;
  const chosen = { preset: OWN };
  const values: Record<keyof LinkProfile, number> = numbersOf(linkOf(workbench, choice.link));
  const mixed = noteOf("");
  const read = () => {
    const shown = linkOf(workbench, choice.link);
    Object.assign(values, numbersOf(shown));
    chosen.preset = presetOf(shown);
    mixed.textContent = mixedText(workbench, choice.link);
  };
  const show = () => {
    read();
    folder.refresh();
  };
  const apply = (link: LinkProfile) => {
    for (const [from, to] of pairsOf(workbench, choice.link)) workbench.setLink(from, to, link);
    if (workbench.run.nowMs === 0) workbench.run.isEdited = false;
  };
  read();
  let isShowing = false;
  const guarded = (change: () => void) => () => {
    if (isShowing) return;
    isShowing = true;
    change();
    show();
    isShowing = false;
  };
  const links = folder.addBinding(choice, "link", {
    options: linkNames(workbench.setUp.playerCount),
  });
  links.on(
    "change",
    guarded(() => {}),
  );
  const presets = Object.fromEntries(NAMED_LINKS.map(({ id, title }) => [title, id]));
  folder.addBinding(chosen, "preset", { options: { [OWN]: OWN, ...presets } }).on(
    "change",
    guarded(() => {
      const named = NAMED_LINKS.find(({ id }) => id === chosen.preset);
      if (named !== undefined) apply(named.link);
    }),
  );
  addMembers(
    folder,
    values,
    guarded(() => apply(profileOf(values))),
  );
  // Tweakpane counts the elements of a folder when it adds one: notes come last.
  links.element.after(mixed);
}

/** Empty where what is shown holds for every link that is meant. */
function mixedText(workbench: Workbench, name: string): string {
  const { links } = workbench.setUp;
  const pairs = pairsOf(workbench, name);
  const texts = pairs.map(([from, to]) => JSON.stringify(links[from]?.[to]));
  const [from, to] = pairs[0] as readonly [number, number];
  if (texts.every((text) => text === texts[0])) return "";
  return `The links differ: these figures are those of ${from} → ${to}. A change is one of all.`;
}

function addMembers(
  folder: FolderApi,
  values: Record<keyof LinkProfile, number>,
  onChange: () => void,
): void {
  for (const [key, label] of Object.entries(LABELS) as [keyof LinkProfile, string][]) {
    const [min, max] = LINK_RANGES[key];
    const isRatio = key.endsWith("Ratio");
    const isBandwidth = key === "bandwidthKbitPerS";
    const format = (value: number) => (isRatio ? value.toFixed(3) : value.toFixed(0));
    folder
      .addBinding(values, key, {
        label,
        format,
        step: isRatio ? RATIO_STEP : 1,
        min: isBandwidth ? 0 : min,
        max: isBandwidth ? 2_000 : max,
      })
      .on("change", onChange);
  }
}

function pairsOf({ setUp }: Workbench, name: string): readonly (readonly [number, number])[] {
  const players = setUp.inputs.map((_, player) => player);
  const all = players.flatMap((from) =>
    players.flatMap((to) => (from === to ? [] : [[from, to] as const])),
  );
  return name === ALL ? all : all.filter(([from, to]) => name === `${from}>${to}`);
}

function linkOf(workbench: Workbench, name: string): LinkProfile {
  const [from, to] = pairsOf(workbench, name)[0] as readonly [number, number];
  return workbench.setUp.links[from]?.[to] as LinkProfile;
}

function presetOf(link: LinkProfile): string {
  const text = JSON.stringify(link);
  return NAMED_LINKS.find((named) => JSON.stringify(named.link) === text)?.id ?? OWN;
}

/** A slider has no null: 0 stands for as much as is sent. */
function numbersOf(link: LinkProfile): Record<keyof LinkProfile, number> {
  return { ...link, bandwidthKbitPerS: link.bandwidthKbitPerS ?? 0 };
}

function profileOf(values: Record<keyof LinkProfile, number>): LinkProfile {
  const kbitPerS = values.bandwidthKbitPerS;
  const least = LINK_RANGES.bandwidthKbitPerS[0];
  return { ...values, bandwidthKbitPerS: kbitPerS === 0 ? null : Math.max(least, kbitPerS) };
}
