/** What a participant's page needs of the program it runs in: a browser, or a rehearsal without one. */
import type { Environment } from "../../engine/index.ts";
import type { GameStart } from "../protocol.ts";
import type { Devices, Play } from "./play.ts";
import type { PageSocket } from "./study-socket.ts";

export interface PageHost {
  /** A socket to the study's server that connects by itself, at once and after every loss. */
  connect(): PageSocket;
  /** What follows `?` in the page's address, with it; empty for nothing. */
  readonly query: string;
  /** Fingers that the device can follow; 0 without a touch screen. */
  readonly touchPoints: number;
  /** Whether the page cannot be seen now. */
  isHidden(): boolean;
  /** Calls `task` whenever the page was hidden or shown. */
  onVisibility(task: () => void): void;
  loadEnvironment(url: string): Promise<Environment>;
  /** Begins to take the player's input; `play` is what is being played, null before the first episode. */
  openDevices(start: GameStart, play: () => Play | null): Devices;
}
