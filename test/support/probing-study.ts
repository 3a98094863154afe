/** A game for people who are near each other, and after some seconds of waiting for those who are not. */
import {
  CompletionCodeScene,
  defineStudy,
  GymScene,
  StartScene,
} from "../../signaling/study/index.ts";

export const NEAR_MS = 60;
/** Time enough for a first probe. */
export const RELAXED_AFTER_MS = 5_000;
export const RELAXED_MS = 600;

export const study = defineStudy({
  experimentId: "paired",
  title: "Near enough",
  scenes: [
    new StartScene()
      .scene({ sceneId: "welcome" })
      .display({ sceneHeader: "Welcome", sceneBody: "<p>You will play with somebody near.</p>" }),
    new GymScene()
      .scene({ sceneId: "match", shouldExportMetadata: true })
      .display({ sceneHeader: "Together", sceneBody: "<p>Score goals.</p>" })
      .environment("../../sandbox/games/puck.ts", {})
      .gameplay({ maxSteps: 60 })
      .multiplayer({
        inputDelayFrames: 2,
        predictionWindowFrames: 20,
        maxRttMs: NEAR_MS,
        maxRttRelaxation: [[RELAXED_AFTER_MS, RELAXED_MS]],
      }),
    new CompletionCodeScene()
      .scene({ sceneId: "thanks" })
      .display({ sceneHeader: "Thank you", sceneBody: "Copy your code." }),
  ],
});
