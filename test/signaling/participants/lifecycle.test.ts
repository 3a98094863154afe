import { describe, expect, it } from "vitest";
import { mayFollow, wayToIdle } from "../../../signaling/participants/lifecycle.ts";

const STATES = ["IDLE", "IN_WAITROOM", "IN_GAME", "GAME_ENDED"] as const;

describe("lifecycle", () => {
  it("allows exactly the documented steps", () => {
    const allowed = STATES.flatMap((from) =>
      STATES.filter((to) => mayFollow(from, to)).map((to) => `${from} → ${to}`),
    );
    expect(allowed).toEqual([
      "IDLE → IN_WAITROOM",
      "IN_WAITROOM → IDLE",
      "IN_WAITROOM → IN_GAME",
      "IN_GAME → GAME_ENDED",
      "GAME_ENDED → IDLE",
    ]);
  });

  it.each(STATES)("leads from %s to IDLE by allowed steps", (start) => {
    let state: (typeof STATES)[number] = start;
    for (const next of wayToIdle(start)) {
      expect(mayFollow(state, next)).toBe(true);
      state = next;
    }
    expect(state).toBe("IDLE");
  });
});
