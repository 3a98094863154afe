/** The check that a simulated run makes of its files, for all tests that leave some. */
export { checkDataFiles } from "../../signaling/simulation/data-check.ts";
