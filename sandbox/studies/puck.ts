/** Air hockey for two: a fast game, where every frame of delay is felt. */
import {
  CompletionCodeScene,
  defineStudy,
  GymScene,
  MultipleChoice,
  StartScene,
} from "../../signaling/study/index.ts";

const PUCK = "../games/puck.ts";

/** 15 s and 45 s at 60 frames per second. */
const TUTORIAL_STEPS = 900;
const EPISODE_STEPS = 2_700;

export const study = defineStudy({
  experimentId: "puck",
  title: "Air hockey",
  scenes: [
    new StartScene().scene({ sceneId: "welcome", shouldExportMetadata: true }).display({
      sceneHeader: "Welcome to the table",
      sceneBody: `You will play air hockey: first alone, to learn the controls, then twice against
another participant. Please stay on this page until you see your completion code.`,
    }),
    new GymScene()
      .scene({ sceneId: "tutorial", shouldExportMetadata: true })
      .display({
        sceneHeader: "Learn to play",
        sceneBody: "Strike the puck into the goal of the other side. Nobody defends it for now.",
      })
      .environment(PUCK, { maxSteps: TUTORIAL_STEPS })
      .gameplay({ numEpisodes: 1, maxSteps: TUTORIAL_STEPS })
      .multiplayer({ groupSize: 1 }),
    new GymScene()
      .scene({ sceneId: "match", shouldExportMetadata: true })
      .display({
        sceneHeader: "Play against another participant",
        sceneBody: "Whoever scores more goals wins the round. There are two rounds.",
      })
      .environment(PUCK, { maxSteps: EPISODE_STEPS })
      .gameplay({ numEpisodes: 2, maxSteps: EPISODE_STEPS, resetFreezeMs: 4_000 })
      .multiplayer({ groupSize: 2, inputDelayFrames: 2 })
      .waitroom({ timeoutMs: 180_000 }),
    new MultipleChoice({
      questions: ["Who was the better player?", "How often have you played air hockey before?"],
      choices: [
        ["I was", "The other was", "We were equal"],
        ["Never", "A few times", "Often"],
      ],
    })
      .scene({ sceneId: "survey", shouldExportMetadata: true })
      .display({ sceneHeader: "How did it go?" }),
    new CompletionCodeScene().scene({ sceneId: "thanks", shouldExportMetadata: true }).display({
      sceneHeader: "Thank you for playing",
      sceneBody: "Please copy your completion code and hand it in where you found this study.",
    }),
  ],
});
