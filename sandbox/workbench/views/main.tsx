/** Opens the set-up of the address on the workbench. */
import { render } from "preact";
import { Keyboard, loadHasher } from "../../../engine/index.ts";
import { setUpFromUrl, setUpToUrl } from "../set-up-url.ts";
import { summarize } from "../summary.ts";
import { WebrtcTunnel } from "../webrtc-tunnel.ts";
import { Workbench } from "../workbench.ts";
import { App } from "./app.tsx";
import "./page.css";
import "./panels.css";

declare global {
  interface Window {
    /** For the browser's console and for tests. */
    sandbox: { readonly workbench: Workbench; summary(): ReturnType<typeof summarize> };
  }
}

async function open(): Promise<void> {
  const { setUp, faults } = setUpFromUrl(location.search);
  let keyboard: Keyboard | null = null;
  const workbench = new Workbench({
    setUp,
    hasher: await loadHasher(),
    keyboard(environment) {
      keyboard?.detach();
      keyboard = new Keyboard(environment.keyBindings);
      if (workbenchNeedsKeys()) keyboard.attach(window);
      return keyboard;
    },
    openTunnel: (playerCount) => new WebrtcTunnel(playerCount),
    now: () => performance.now(),
    onSetUp: (used) => history.replaceState(null, "", setUpToUrl(used)),
  });
  // Keys are the page's own unless somebody plays with them.
  function workbenchNeedsKeys(): boolean {
    return setUpFromUrl(location.search).setUp.inputs.includes("keyboard");
  }
  window.sandbox = { workbench, summary: () => summarize(workbench.run, workbench.hasher) };
  render(
    <App workbench={workbench} faults={faults} />,
    document.getElementById("workbench") as HTMLElement,
  );
  document.addEventListener("visibilitychange", () => workbench.pacer.rest());
  const frame = () => {
    workbench.frame();
    requestAnimationFrame(frame);
  };
  requestAnimationFrame(frame);
}

void open();
