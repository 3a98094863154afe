/** A paired game that goes on for long enough to lose its server and find another. */
import { shortStudy } from "./short-study.ts";

/** Eight seconds at 60 frames a second. */
export const EPISODE_STEPS = 480;

export const study = shortStudy({ maxSteps: EPISODE_STEPS });
