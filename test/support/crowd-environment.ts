/** The game of bodies for as many as may play together. */
import { orbitEnvironment } from "./orbit-environment.ts";

export const environment = orbitEnvironment({ playerCount: 8 });
