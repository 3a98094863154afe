/** Does what a session asks to a world; the same few lines for the page, tests, benchmarks and the sandbox. */
import { unreachable } from "../determinism/assert.ts";
import type { World } from "../environment/world.ts";
import type { Request } from "./request.ts";
import type { Session } from "./session.ts";

export function fulfil(
  requests: readonly Request[],
  world: World,
  session: Pick<Session, "reportConfirmed" | "reportState">,
): void {
  for (let i = 0; i < requests.length; i++) {
    const request = requests[i] as Request;
    switch (request.kind) {
      case "save":
        world.save(request.frame);
        break;
      case "load":
        world.load(request.frame);
        break;
      case "advance":
        world.step(request.actions, request.flags);
        break;
      case "confirm":
        session.reportConfirmed({
          frame: request.frame,
          hash: world.hashValue(request.frame),
          isTerminal: world.isTerminalAt(request.frame),
        });
        break;
      case "restore":
        if (!world.restore(request.frame, request.state, request.flagsBefore)) {
          session.reportState(request.frame, null, null);
        }
        break;
      case "describe": {
        const { frame } = request;
        if (world.hasSnapshot(frame)) {
          session.reportState(frame, world.copyState(frame), world.hashValue(frame));
        } else session.reportState(frame, null, null);
        break;
      }
      default:
        unreachable(request);
    }
  }
}
