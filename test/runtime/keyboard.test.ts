import { describe, expect, it } from "vitest";
import { Keyboard } from "../../engine/runtime/keyboard.ts";

const BINDINGS = {
  ArrowLeft: 1,
  ArrowRight: 2,
  ArrowUp: 3,
  "ArrowUp+ArrowRight": 4,
  Space: [1, 0],
};

function makeKeyboard() {
  const target = new EventTarget();
  const keyboard = new Keyboard(BINDINGS);
  keyboard.attach(target);
  const fire = (type: string, code: string, extra: object = {}) => {
    const event = Object.assign(new Event(type, { cancelable: true }), { code, ...extra });
    target.dispatchEvent(event);
    return event.defaultPrevented;
  };
  return {
    keyboard,
    target,
    down: (code: string, extra?: object) => fire("keydown", code, extra),
    up: (code: string) => fire("keyup", code),
    /** What goes into the next frame. */
    frame() {
      const action = keyboard.sample();
      keyboard.consume();
      return action;
    },
  };
}

describe("keyboard", () => {
  it("gives a held key's action until it is released, then nothing", () => {
    const { down, up, frame } = makeKeyboard();
    expect(frame()).toBeNull();
    down("ArrowLeft");
    expect([frame(), frame()]).toEqual([1, 1]);
    up("ArrowLeft");
    expect(frame()).toBeNull();
  });

  it("[RT2] keeps a tap that begins and ends between two frames, for one frame", () => {
    const { down, up, frame } = makeKeyboard();
    down("Space");
    up("Space");
    expect(frame()).toEqual([1, 0]);
    expect(frame()).toBeNull();
  });

  it("keeps a tap through samples that went into no frame", () => {
    const { keyboard, down, up, frame } = makeKeyboard();
    down("Space");
    up("Space");
    keyboard.sample();
    keyboard.sample();
    expect(frame()).toEqual([1, 0]);
  });

  it("plays two taps between two frames one after the other", () => {
    const { down, up, frame } = makeKeyboard();
    for (const code of ["ArrowRight", "ArrowLeft"]) {
      down(code);
      up(code);
    }
    expect([frame(), frame(), frame()]).toEqual([2, 1, null]);
  });

  it("prefers keys held together to each alone, in whichever order they went down", () => {
    for (const order of [
      ["ArrowUp", "ArrowRight"],
      ["ArrowRight", "ArrowUp"],
    ]) {
      const { down, up, frame } = makeKeyboard();
      for (const code of order) down(code);
      expect(frame()).toBe(4);
      up("ArrowUp");
      expect(frame()).toBe(2);
    }
  });

  it("lets a new press interrupt held keys, and the youngest held key win", () => {
    const { down, up, frame } = makeKeyboard();
    down("ArrowLeft");
    frame();
    down("Space");
    up("Space");
    expect([frame(), frame()]).toEqual([[1, 0], 1]);
    down("ArrowRight");
    expect([frame(), frame()]).toEqual([2, 2]);
    up("ArrowRight");
    expect(frame()).toBe(1);
  });

  it("lets go of everything when the window loses the keyboard", () => {
    const { target, down, frame } = makeKeyboard();
    down("ArrowLeft");
    target.dispatchEvent(new Event("blur"));
    expect(frame()).toBeNull();
  });

  it("takes game keys from the page and leaves other keys and shortcuts to it", () => {
    const { down, frame } = makeKeyboard();
    expect(down("Space")).toBe(true);
    expect(down("Space", { repeat: true })).toBe(true);
    expect(down("Tab")).toBe(false);
    frame();
    expect(down("ArrowLeft", { altKey: true })).toBe(false);
    expect(frame()).toEqual([1, 0]);
  });

  it("hears nothing after it was detached", () => {
    const { keyboard, down, frame } = makeKeyboard();
    down("ArrowLeft");
    keyboard.detach();
    down("ArrowRight");
    expect(frame()).toBeNull();
  });
});
