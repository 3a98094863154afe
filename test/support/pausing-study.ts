/** One short game that waits for whoever looks away. */
import {
  CompletionCodeScene,
  defineStudy,
  GymScene,
  StartScene,
} from "../../signaling/study/index.ts";

/** Five seconds at 60 frames a second. */
export const PAUSING_STEPS = 300;

export const study = defineStudy({
  experimentId: "paired",
  title: "A game that waits",
  scenes: [
    new StartScene()
      .scene({ sceneId: "welcome" })
      .display({ sceneHeader: "Welcome", sceneBody: "<p>You will play with somebody.</p>" }),
    new GymScene()
      .scene({ sceneId: "match", shouldExportMetadata: true })
      .display({ sceneHeader: "Together", sceneBody: "<p>Score goals.</p>" })
      .environment("../../sandbox/games/puck.ts", {})
      .gameplay({ maxSteps: PAUSING_STEPS })
      .multiplayer({ onHidden: "pause", onInterruption: "pause", resumeCountdownMs: 1_500 }),
    new CompletionCodeScene()
      .scene({ sceneId: "thanks" })
      .display({ sceneHeader: "Thank you", sceneBody: "Copy your code." }),
  ],
});
