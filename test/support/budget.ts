/** How much a suite may do: seconds in `npm test`, minutes in `npm run test:long`. */

/** Number from the environment, or the given one. */
function fromEnvironment(name: string, fallback: number): number {
  const value = Number(process.env[name]);
  return Number.isInteger(value) && value > 0 ? value : fallback;
}

/** Schedules that the simulation suite runs. */
export const SIMULATION_SEEDS = fromEnvironment("TANDEM_SEEDS", 2_000);

/** First schedule; moving it explores new ones. */
export const FIRST_SEED = fromEnvironment("TANDEM_FIRST_SEED", 1);
