/** The counter study as a file, with a paired game that outlasts a restart of the server. */
import { defineStudy, type GymScene } from "../../signaling/study/index.ts";
import { counterScenes } from "./counter-study.ts";

export const FRAMES = 90;

const scenes = counterScenes({ onDropout: { waitMs: 120_000 } }, { timeoutMs: 120_000 });
const paired = scenes.find(({ sceneId }) => sceneId === "paired") as GymScene;
paired.gameplay({ numEpisodes: 1, maxSteps: FRAMES });

export const study = defineStudy({ experimentId: "counting", title: "Counting together", scenes });
