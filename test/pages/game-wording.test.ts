import { describe, expect, it } from "vitest";
import { clockText } from "../../signaling/pages/clock-text.ts";
import type { GameView, PauseView } from "../../signaling/pages/game-view.ts";
import { connectionWording, noticeOf } from "../../signaling/pages/game-wording.ts";
import { subjectIdOf } from "../../signaling/pages/identity.ts";

const view: GameView = {
  phase: { kind: "playing" },
  episode: 0,
  episodeCount: 2,
  partner: "direct",
  waitsUntilMs: null,
};

describe("words about a game", () => {
  it("says nothing over a game that runs", () => {
    expect(noticeOf(view.phase, view, 0)).toBeNull();
  });

  it("says whom is waited for, and counts a break down", () => {
    expect(noticeOf(view.phase, { ...view, partner: "silent" }, 8)).toEqual({
      title: "Your partner lost the connection",
      text: "Waiting 8 s. The game goes on as soon as they are back.",
    });
    const notice = noticeOf({ kind: "break", resumesAtMs: 0 }, view, 3);
    expect(notice).toEqual({ title: "Round 1 of 2 is over", text: "Round 2 starts in 3 s" });
  });

  it("says why a game waits and counts down to its going on", () => {
    const paused = (why: PauseView["why"], secondsLeft: number | null) =>
      noticeOf(view.phase, view, 0, { why, secondsLeft });
    expect(paused("self", null)).toEqual({ title: "Paused", text: "Click the game to go on." });
    expect(paused("partner", null)?.text).toContain("Your partner is away");
    expect(paused("interruption", null)?.text).toContain("connection was interrupted");
    expect(paused("partner", 3)).toEqual({
      title: "The game goes on in 3 s",
      text: "Your partner was away.",
    });
    expect(paused("self", 0)?.title).toBe("The game goes on now");
    // Whoever is silent is waited for first: nothing counts down without them.
    const silent = { ...view, partner: "silent" } as const;
    const notice = noticeOf(view.phase, silent, 0, { why: "partner", secondsLeft: 3 });
    expect(notice?.title).toBe("Your partner lost the connection");
  });

  it("does not call a lost line to the server a lost partner while play is direct", () => {
    expect(connectionWording({ kind: "reconnecting" }, "direct").text).toBe("Connected directly");
    expect(connectionWording({ kind: "reconnecting" }, "relayed").text).toBe("Reconnecting…");
    expect(connectionWording({ kind: "connected" }, "silent").tone).toBe("busy");
    expect(connectionWording({ kind: "connected" }, null).text).toBe("Connected");
  });
});

describe("small texts", () => {
  it("writes durations in minutes and seconds", () => {
    expect([0, 65_400, -3, 600_000].map(clockText)).toEqual(["0:00", "1:05", "0:00", "10:00"]);
  });

  it("reads the subject from the address", () => {
    expect(subjectIdOf("/anna-1")).toBe("anna-1");
    expect(subjectIdOf("/anna%401/more")).toBe("anna@1");
    expect(subjectIdOf("/")).toBeNull();
    expect(subjectIdOf("/%zz")).toBeNull();
  });
});
