/** A hunt as one of the hunters sees it: what the others know and chose stays theirs. */
import type { Color, Drawing, Shape } from "../../../engine/index.ts";
import { circle, INK, label, line, PAPER, pill, playerColor, polygon, rect } from "../shapes.ts";
import {
  HARE,
  type Hunter,
  type HuntState,
  isOver,
  REVEAL_FRAMES,
  STAG,
  STAG_POINTS,
  WAIT,
} from "./hunt.ts";

export const WIDTH = 640;
export const HEIGHT = 400;

const MEADOW: Color = "#e8efe0";
const FOREST: Color = "#c8d8b6";
const SOFT: Color = "#60707a";
const FUR: Color = "#8d5a2b";
const GREY_FUR: Color = "#9a8c7c";
const CHOSEN: Color = "#f2c84b";

const CARD = { width: 190, height: 170, top: 118 } as const;
const STAG_X = 190;
const HARE_X = 450;

function stagHead(x: number, y: number): Shape[] {
  const antler = { stroke: FUR, strokeWidth: 4 };
  return [-1, 1].flatMap((side): Shape[] => [
    line([x + side * 8, y - 14, x + side * 26, y - 44], antler),
    line([x + side * 17, y - 29, x + side * 36, y - 30], antler),
    polygon([x + side * 14, y - 10, x + side * 34, y - 16, x + side * 20, y + 2], { fill: FUR }),
    circle(x + side * 8, y - 2, 3, { fill: INK }),
    polygon([x - 16, y - 14, x + 16, y - 14, x + 8, y + 30, x - 8, y + 30], {
      fill: FUR,
      alpha: side < 0 ? 1 : 0,
    }),
  ]);
}

function hareHead(x: number, y: number): Shape[] {
  return [
    rect(x - 13, y - 46, 10, 40, { fill: GREY_FUR, cornerRadius: 5 }),
    rect(x + 3, y - 46, 10, 40, { fill: GREY_FUR, cornerRadius: 5 }),
    circle(x, y + 4, 20, { fill: GREY_FUR }),
    circle(x - 7, y, 3, { fill: INK }),
    circle(x + 7, y, 3, { fill: INK }),
    circle(x, y + 9, 3, { fill: "#c7747f" }),
  ];
}

interface Card {
  readonly x: number;
  readonly choice: number;
  readonly title: string;
  readonly worth: string;
}

function card(own: Hunter, { x, choice, title, worth }: Card): Shape[] {
  const isChosen = own.choice === choice;
  const isLeft = own.choice !== WAIT && !isChosen;
  const center = CARD.top + 66;
  return [
    rect(x - CARD.width / 2, CARD.top, CARD.width, CARD.height, {
      fill: PAPER,
      stroke: isChosen ? CHOSEN : FOREST,
      strokeWidth: isChosen ? 6 : 2,
      cornerRadius: 12,
      alpha: isLeft ? 0.45 : 1,
    }),
    ...(choice === STAG ? stagHead(x, center) : hareHead(x, center)),
    label(x, CARD.top + 122, title, { sizeUnits: 17, fill: INK, align: "center", bold: true }),
    label(x, CARD.top + 148, worth, { sizeUnits: 14, fill: SOFT, align: "center" }),
  ];
}

function choiceName(choice: number): string {
  if (choice === WAIT) return "nothing";
  return choice === STAG ? "the stag" : "the hare";
}

function message(state: HuntState, playerIndex: number): string {
  const own = state.hunters[playerIndex] as Hunter;
  const others = state.hunters.filter((_, i) => i !== playerIndex);
  const isPair = others.length === 1;
  if (isOver(state)) {
    return `The hunt is over: ${[own, ...others].map(({ points }) => points).join(" to ")}`;
  }
  if (state.isRevealed) {
    return `You chose ${choiceName(own.choice)}, ${othersChoices(others)}: +${own.gained}`;
  }
  if (own.choice === WAIT) return `Choose: nobody sees it before ${isPair ? "both" : "all"} have`;
  if (others.every(({ choice }) => choice !== WAIT))
    return `${isPair ? "Both" : "All"} have chosen`;
  return `Waiting for ${isPair ? "your partner" : "the others"}`;
}

function othersChoices(others: readonly Hunter[]): string {
  const [first] = others;
  if (others.length === 1 && first !== undefined) return `your partner ${choiceName(first.choice)}`;
  const atStag = others.filter(({ choice }) => choice === STAG).length;
  return `${atStag} of ${others.length} others the stag`;
}

function timeBar(state: HuntState): Shape[] {
  const total = state.isRevealed ? REVEAL_FRAMES : state.choiceFrames;
  const share = Math.max(0, 1 - state.phaseFrames / total);
  const fill = state.isRevealed ? SOFT : "#4c8c3f";
  return [
    rect(60, 322, WIDTH - 120, 10, { fill: FOREST, cornerRadius: 5 }),
    rect(60, 322, Math.max(1, (WIDTH - 120) * share), 10, { fill, cornerRadius: 5 }),
  ];
}

function scores(state: HuntState, playerIndex: number): Shape[] {
  const { length } = state.hunters;
  const isPair = length === 2;
  const width = isPair ? 180 : 140;
  return state.hunters.flatMap((hunter, i) => {
    const x = isPair ? 110 + i * (WIDTH - 220) : 84 + i * ((WIDTH - 168) / 3);
    const name = isPair ? "PARTNER" : `HUNTER ${i + 1}`;
    const hasChosen = hunter.choice !== WAIT && !state.isRevealed;
    return [
      rect(x - width / 2, 16, width, 40, { fill: playerColor(i), cornerRadius: 20 }),
      label(x, 36, `${i === playerIndex ? "YOU" : name}  ${hunter.points}`, {
        sizeUnits: isPair ? 18 : 15,
        fill: PAPER,
        align: "center",
        bold: true,
      }),
      ...(hasChosen ? pill(x, 70, "CHOSEN", INK) : []),
    ];
  });
}

export function drawHunt(state: HuntState, playerIndex: number): Drawing {
  const own = state.hunters[playerIndex] as Hunter;
  const isPair = state.hunters.length === 2;
  const round = Math.min(state.round + 1, state.rounds);
  const stag = `${STAG_POINTS} each, if ${isPair ? "both" : "all"} come`;
  return {
    background: MEADOW,
    shapes: [
      rect(0, 96, WIDTH, 214, { fill: FOREST, alpha: 0.5 }),
      ...scores(state, playerIndex),
      label(
        isPair ? WIDTH / 2 : WIDTH - 10,
        isPair ? 36 : 78,
        `Round ${round} of ${state.rounds}`,
        {
          sizeUnits: 16,
          fill: SOFT,
          align: isPair ? "center" : "right",
        },
      ),
      ...card(own, { x: STAG_X, choice: STAG, title: "←  Stag", worth: stag }),
      ...card(own, { x: HARE_X, choice: HARE, title: "Hare  →", worth: `${own.hare} for you` }),
      ...timeBar(state),
      label(WIDTH / 2, 364, message(state, playerIndex), {
        sizeUnits: 18,
        fill: INK,
        align: "center",
        bold: true,
      }),
    ],
  };
}
