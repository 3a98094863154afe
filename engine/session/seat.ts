/** Who sits where in a session. */
import type { Environment } from "../environment/environment.ts";

export type Seat =
  | { readonly kind: "local" }
  /** `peer` is the number that packets to and from the seat carry. */
  | { readonly kind: "remote"; readonly peer: number }
  /** The game's own bot plays: every peer computes it, nothing of it is sent. */
  | { readonly kind: "bot" }
  /** Nobody plays: the neutral action in every frame. */
  | { readonly kind: "empty" };

/** The seats that every peer fills by itself, as text for the handshake; empty when there are none. */
export function describeUnmanned(seats: readonly Seat[]): string {
  return seats
    .flatMap(({ kind }, i) => (kind === "bot" || kind === "empty" ? [`${i} ${kind}`] : []))
    .join(", ");
}

/** One sentence per seat that nobody can play, or that the environment does not have. */
export function checkSeats(
  environment: Pick<Environment, "id" | "agentIds" | "botAction">,
  seats: readonly Seat[],
): readonly string[] {
  const { id, agentIds, botAction } = environment;
  const faults: string[] = [];
  if (seats.length !== agentIds.length) {
    faults.push(
      `Expected \`players\` to have a seat for each of the ${agentIds.length} agents of ${id}, got ${seats.length}`,
    );
  }
  for (const [i, { kind }] of seats.entries()) {
    if (kind === "bot" && botAction === undefined) {
      faults.push(
        `Expected \`players[${i}]\` to be local, remote or empty (${id} has no botAction), got bot`,
      );
    }
  }
  return faults;
}
