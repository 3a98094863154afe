/** The page's host where participants have it: the browser. */
import { io } from "socket.io-client";
import { type Environment, FocusTracker, Keyboard } from "../../engine/index.ts";
import type { PageHost } from "./page-host.ts";
import { steadyNowMs } from "./steady-clock.ts";

/** The longest pause between two attempts: a game can go on without the line for a few seconds. */
const RECONNECT_WITHIN_MS = 2_000;

interface EnvironmentModule {
  readonly environment: Environment;
}

export const browserHost: PageHost = {
  connect() {
    const socket = io({
      transports: ["websocket", "polling"],
      tryAllTransports: true,
      reconnectionDelayMax: RECONNECT_WITHIN_MS,
    });
    // A line that the system has cut would be noticed by its missing heartbeats half a minute later.
    addEventListener("offline", () => socket.io.engine?.close());
    return socket;
  },
  query: location.search,
  touchPoints: navigator.maxTouchPoints,
  isHidden: () => document.visibilityState === "hidden",
  onVisibility: (task) => document.addEventListener("visibilitychange", task),
  async loadEnvironment(url) {
    return ((await import(/* @vite-ignore */ url)) as EnvironmentModule).environment;
  },
  openDevices({ keyBindings }) {
    const keyboard = new Keyboard(keyBindings);
    const focus = new FocusTracker({ document, window, now: steadyNowMs });
    keyboard.attach(window);
    return {
      sample: () => ({ action: keyboard.sample(), isFocused: focus.isFocused }),
      consume: () => keyboard.consume(),
      takeHiddenPeriods: (toMs) => focus.takeHiddenPeriods(toMs),
      close() {
        keyboard.detach();
        focus.stop();
      },
    };
  },
};
