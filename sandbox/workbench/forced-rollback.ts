/** Rolls a peer back in every frame by a fixed depth, to see what a rollback costs and whether it changes anything. */
import type { Action, Request, World } from "../../engine/index.ts";

interface Played {
  readonly actions: readonly Action[];
  readonly flags: readonly number[];
}

type Advance = Extract<Request, { kind: "advance" }>;

export class ForcedRollback {
  readonly #depthFrames: number;
  /** `#played[frame]` is what was last played in that frame. */
  readonly #played: Played[] = [];

  constructor(depthFrames: number) {
    this.#depthFrames = depthFrames;
  }

  /** Puts a rollback before the new frame of a tick, into the borrowed list; as deep as `world` has states. */
  extend(requests: readonly Request[], world: World): void {
    if (this.#depthFrames === 0) return;
    const list = requests as Request[];
    const at = list.findIndex((request) => request.kind === "advance" && !request.isResimulated);
    for (const request of list) {
      if (request.kind !== "advance") continue;
      const { frame, actions, flags } = request;
      this.#played[frame] = { actions: [...actions], flags: [...flags] };
    }
    if (at < 0) return;
    const { frame } = list[at] as Advance;
    const deepest = Math.max(0, frame - this.#depthFrames);
    let fromFrame = frame;
    while (fromFrame > deepest && world.hasSnapshot(fromFrame - 1)) fromFrame--;
    if (fromFrame === frame) return;
    const again: Request[] = [{ kind: "load", frame: fromFrame }];
    for (let each = fromFrame; each < frame; each++) {
      const { actions, flags } = this.#played[each] as Played;
      again.push({ kind: "advance", frame: each, actions, flags, isResimulated: true });
      again.push({ kind: "save", frame: each + 1 });
    }
    list.splice(at, 0, ...again);
  }
}
