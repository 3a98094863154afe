/** The shape of a real study, short: alone, together for two episodes, a form, a code. */
import {
  CompletionCodeScene,
  defineStudy,
  GymScene,
  ScalesAndTextBox,
  StartScene,
} from "../../signaling/study/index.ts";

const TUTORIAL_STEPS = 40;
/** Ten seconds at 60 frames a second. */
const EPISODE_STEPS = 600;

export const study = defineStudy({
  experimentId: "paired",
  title: "A short study",
  scenes: [
    new StartScene()
      .scene({ sceneId: "welcome", shouldExportMetadata: true })
      .display({ sceneHeader: "Welcome", sceneBody: "<p>You will play with somebody.</p>" }),
    new GymScene()
      .scene({ sceneId: "tutorial", shouldExportMetadata: true })
      .display({ sceneHeader: "Alone first", sceneBody: "<p>Try the keys.</p>" })
      .environment("../../sandbox/games/cramped-room.ts", { layout: "cramped_room" })
      .gameplay({ numEpisodes: 1, maxSteps: TUTORIAL_STEPS })
      .multiplayer({ groupSize: 1 }),
    new GymScene()
      .scene({ sceneId: "match", shouldExportMetadata: true })
      .display({ sceneHeader: "Together", sceneBody: "<p>Score goals.</p>" })
      .environment("../../sandbox/games/puck.ts", {})
      .gameplay({ numEpisodes: 2, maxSteps: EPISODE_STEPS, resetFreezeMs: 500 })
      .multiplayer({ groupSize: 2, inputDelayFrames: 1, predictionWindowFrames: 10 })
      .waitroom({ timeoutMs: 60_000 }),
    new ScalesAndTextBox({
      scaleQuestions: ["We played well together."],
      scaleSize: 7,
      scaleLabels: ["No", "Yes"],
      textBoxHeader: "Anything else?",
    })
      .scene({ sceneId: "survey", shouldExportMetadata: true })
      .display({ sceneHeader: "How was it?" }),
    new CompletionCodeScene()
      .scene({ sceneId: "thanks", shouldExportMetadata: true })
      .display({ sceneHeader: "Thank you", sceneBody: "Copy your code." }),
  ],
});
