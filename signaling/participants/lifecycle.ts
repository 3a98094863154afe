/** What a participant is doing as far as games go, and which step may follow which. */
import type { Lifecycle } from "../store/participant-table.ts";

const NEXT: Readonly<Record<Lifecycle, readonly Lifecycle[]>> = {
  IDLE: ["IN_WAITROOM"],
  IN_WAITROOM: ["IDLE", "IN_GAME"],
  IN_GAME: ["GAME_ENDED"],
  GAME_ENDED: ["IDLE"],
};

export function mayFollow(from: Lifecycle, to: Lifecycle): boolean {
  return NEXT[from].includes(to);
}

/** The steps from `from` that end in `IDLE`, in order. */
export function wayToIdle(from: Lifecycle): readonly Lifecycle[] {
  switch (from) {
    case "IDLE":
      return [];
    case "IN_WAITROOM":
    case "GAME_ENDED":
      return ["IDLE"];
    case "IN_GAME":
      return ["GAME_ENDED", "IDLE"];
  }
}
