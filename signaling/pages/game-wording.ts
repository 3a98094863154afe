/** The state of a game and its connection in words that need no explanation. */
import type { GamePhase, GameView, PartnerLine, PauseView } from "./game-view.ts";
import type { Line } from "./study-socket.ts";

/** How good the news is; views turn it into a colour beside the words. */
export type Tone = "good" | "busy" | "bad";

export interface Wording {
  readonly tone: Tone;
  readonly text: string;
}

const PARTNER_WORDS: Readonly<Record<PartnerLine, Wording>> = {
  connecting: { tone: "busy", text: "Connecting to your partner…" },
  direct: { tone: "good", text: "Connected directly" },
  relayed: { tone: "good", text: "Connected through the study server" },
  silent: { tone: "busy", text: "Waiting for your partner…" },
  left: { tone: "bad", text: "Your partner has left" },
};

/** This side's line first: a participant can do something about that one. */
export function connectionWording(line: Line, partner: PartnerLine | null): Wording {
  if (line.kind !== "connected" && partner !== "direct") {
    return { tone: "busy", text: "Reconnecting…" };
  }
  return partner === null ? { tone: "good", text: "Connected" } : PARTNER_WORDS[partner];
}

export interface Notice {
  readonly title: string;
  readonly text: string;
}

const STOPPED_WORDS = {
  partner: {
    title: "Your partner has left the game",
    text: "Everything up to here is being saved. Please stay on this page.",
  },
  self: {
    title: "Your connection was lost",
    text: "We keep trying to reach the study so that your game is saved. Please stay on this page.",
  },
  technical: {
    title: "The game had to stop",
    text: "Something went wrong on our side. Everything up to here is being saved.",
  },
} as const;

function breakNotice(view: GameView, secondsLeft: number): Notice {
  const next = view.episode + 2;
  return {
    title: `Round ${view.episode + 1} of ${view.episodeCount} is over`,
    text: secondsLeft > 0 ? `Round ${next} starts in ${secondsLeft} s` : `Round ${next} starts now`,
  };
}

const PAUSED_WORDS: Readonly<Record<PauseView["why"], string>> = {
  self: "Click the game to go on.",
  partner: "Your partner is away from the game. It goes on as soon as they are back.",
  interruption: "The connection was interrupted. The game goes on in a moment.",
};

const RESUMING_WORDS: Readonly<Record<PauseView["why"], string>> = {
  self: "You were away.",
  partner: "Your partner was away.",
  interruption: "The connection was interrupted.",
};

function pauseNotice({ why, secondsLeft }: PauseView): Notice {
  if (secondsLeft === null) return { title: "Paused", text: PAUSED_WORDS[why] };
  return {
    title: secondsLeft > 0 ? `The game goes on in ${secondsLeft} s` : "The game goes on now",
    text: RESUMING_WORDS[why],
  };
}

/** What lies over the picture; null while playing undisturbed. `secondsLeft` is of the break or the wait. */
export function noticeOf(
  phase: GamePhase,
  view: GameView,
  secondsLeft: number,
  pause: PauseView | null = null,
): Notice | null {
  switch (phase.kind) {
    case "loading":
      return { title: "Preparing the game…", text: "This takes a few seconds." };
    case "meeting":
      return view.partner === null
        ? null
        : { title: "Get ready", text: "Waiting for your partner’s page to be ready…" };
    case "playing":
      if (view.partner === "silent") {
        const text = `Waiting ${secondsLeft} s. The game goes on as soon as they are back.`;
        return { title: "Your partner lost the connection", text };
      }
      return pause === null ? null : pauseNotice(pause);
    case "break":
      return breakNotice(view, secondsLeft);
    case "saving":
      return { title: "Well done!", text: "Saving the game…" };
    case "saved":
      return { title: "Well done!", text: "Everything is saved." };
    case "stopped":
      return STOPPED_WORDS[phase.why];
  }
}
