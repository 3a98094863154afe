/** The rounds of a hunt: what each hunter knows, chooses and gets. */
import { type Action, nextInt, type StepResult, seedRandom } from "../../../engine/index.ts";

export const FPS = 30;

/** 4 s: long enough to think, short enough that a late choice is common. */
const CHOICE_FRAMES = 120;
/** 2 s to read what the other did. */
export const REVEAL_FRAMES = 60;
const ROUNDS = 10;
/** The longest session a study may set, and more than its rounds can take. */
export const MAX_STEPS = ROUNDS * (CHOICE_FRAMES + REVEAL_FRAMES);

export const WAIT = 0;
export const STAG = 1;
export const HARE = 2;

/** What each gets when all hunt the stag; with one missing, nothing. */
export const STAG_POINTS = 5;
/** A hare is worth one of these, drawn for each hunter and round: the last ties with half a stag. */
const HARE_POINTS = [1, 2, 3, 4] as const;

/** A hare worth no more than this leaves a bot at the stag: waiting for the other is worth the risk. */
const BOT_STAG_HARE_MAX = 3;
/** When a bot chooses: each at a time of its own, as people do. */
const BOT_FRAMES = [24, 42, 33, 54] as const;

/** What a study may set. */
export interface HuntConfig {
  readonly rounds?: number;
  readonly choiceFrames?: number;
}

export interface Hunter {
  /** Only this hunter sees it. */
  hare: number;
  /** `WAIT` until chosen; final, and hidden from the others until the reveal. */
  choice: number;
  /** Frames from the round's start to the choice; null before. */
  choseAfterFrames: number | null;
  points: number;
  /** Points of the last round that was revealed. */
  gained: number;
}

export interface HuntState {
  readonly rounds: number;
  readonly choiceFrames: number;
  readonly random: number[];
  round: number;
  /** Frames since the phase began. */
  phaseFrames: number;
  isRevealed: boolean;
  readonly hunters: Hunter[];
}

export function createHunt(seed: number, config: HuntConfig, playerCount: number): HuntState {
  const state: HuntState = {
    rounds: config.rounds ?? ROUNDS,
    choiceFrames: config.choiceFrames ?? CHOICE_FRAMES,
    random: seedRandom([0, 0, 0, 0], seed),
    round: 0,
    phaseFrames: 0,
    isRevealed: false,
    hunters: Array.from({ length: playerCount }, () => ({
      hare: 0,
      choice: WAIT,
      choseAfterFrames: null,
      points: 0,
      gained: 0,
    })),
  };
  drawHares(state);
  return state;
}

/** Whether the last round is over. */
export function isOver(state: HuntState): boolean {
  return state.round >= state.rounds;
}

export function stepHunt(state: HuntState, actions: readonly Action[]): StepResult {
  const rewards = state.hunters.map(() => 0);
  const infos = state.hunters.map((): Record<string, unknown> => ({}));
  if (!isOver(state)) {
    state.phaseFrames++;
    if (state.isRevealed) endReveal(state);
    else {
      choose(state, actions);
      if (isDecided(state)) reveal(state, rewards, infos);
    }
  }
  const terminateds = state.hunters.map(() => isOver(state));
  return { rewards, terminateds, truncateds: state.hunters.map(() => false), infos };
}

function choose(state: HuntState, actions: readonly Action[]): void {
  state.hunters.forEach((hunter, i) => {
    if (hunter.choice !== WAIT || actions[i] === WAIT) return;
    hunter.choice = actions[i] as number;
    hunter.choseAfterFrames = state.phaseFrames;
  });
}

function isDecided(state: HuntState): boolean {
  const haveAllChosen = state.hunters.every(({ choice }) => choice !== WAIT);
  return haveAllChosen || state.phaseFrames >= state.choiceFrames;
}

function reveal(state: HuntState, rewards: number[], infos: Record<string, unknown>[]): void {
  const isStagCaught = state.hunters.every(({ choice }) => choice === STAG);
  state.hunters.forEach((hunter, i) => {
    hunter.gained = gainOf(hunter, isStagCaught);
    hunter.points += hunter.gained;
    rewards[i] = hunter.gained;
    infos[i] = {
      round: state.round,
      choice: hunter.choice,
      hare: hunter.hare,
      choseAfterFrames: hunter.choseAfterFrames,
    };
  });
  state.isRevealed = true;
  state.phaseFrames = 0;
}

function gainOf(hunter: Hunter, isStagCaught: boolean): number {
  if (hunter.choice === HARE) return hunter.hare;
  return isStagCaught ? STAG_POINTS : 0;
}

function endReveal(state: HuntState): void {
  if (state.phaseFrames < REVEAL_FRAMES) return;
  state.isRevealed = false;
  state.phaseFrames = 0;
  state.round++;
  if (isOver(state)) return;
  for (const hunter of state.hunters) {
    hunter.choice = WAIT;
    hunter.choseAfterFrames = null;
  }
  drawHares(state);
}

function drawHares(state: HuntState): void {
  for (const hunter of state.hunters) {
    hunter.hare = HARE_POINTS[nextInt(state.random, HARE_POINTS.length)] as number;
  }
}

/** Hunts the stag unless its own hare is a good one. */
export function botHunt(state: HuntState, playerIndex: number): Action {
  const hunter = state.hunters[playerIndex] as Hunter;
  if (state.isRevealed || hunter.choice !== WAIT) return WAIT;
  if (state.phaseFrames < (BOT_FRAMES[playerIndex] ?? 0)) return WAIT;
  return hunter.hare <= BOT_STAG_HARE_MAX ? STAG : HARE;
}

/** The partner of two; of more everybody else by their index. */
function observeOthers(state: HuntState, playerIndex: number): Record<string, unknown> {
  const choiceOf = ({ choice }: Hunter) => (state.isRevealed ? choice : null);
  if (state.hunters.length === 2) {
    const partner = state.hunters[1 - playerIndex] as Hunter;
    return {
      hasPartnerChosen: partner.choice !== WAIT,
      partnerChoice: choiceOf(partner),
      partnerPoints: partner.points,
    };
  }
  const others = state.hunters.map((hunter, i) => [
    `hunter_${i}`,
    { hasChosen: hunter.choice !== WAIT, choice: choiceOf(hunter), points: hunter.points },
  ]);
  return Object.fromEntries(others.filter((_, i) => i !== playerIndex));
}

/** Others' hares are never seen, their choices only after the reveal. */
export function observeHunt(state: HuntState, playerIndex: number): unknown {
  const own = state.hunters[playerIndex] as Hunter;
  return {
    round: state.round,
    phase: state.isRevealed ? "reveal" : "choose",
    phaseFrames: state.phaseFrames,
    hare: own.hare,
    choice: own.choice,
    points: own.points,
    ...observeOthers(state, playerIndex),
  };
}
