/** Air hockey at two speeds: which one comes first is balanced over groups, by a conditions file. */
import {
  CompletionCodeScene,
  defineStudy,
  GymScene,
  RepeatScene,
  ScalesAndTextBox,
  StartScene,
} from "../../signaling/study/index.ts";

/** 30 s at 60 frames per second. */
const EPISODE_STEPS = 1_800;

const match = new GymScene()
  .scene({ sceneId: "match", shouldExportMetadata: true })
  .display({
    sceneHeader: "Play against another participant",
    sceneBody: "Whoever has three goals first wins the round.",
  })
  .environment("../games/puck.ts", {
    maxSteps: EPISODE_STEPS,
    goalsToWin: "{{conditions.goalsToWin}}",
    puckSpeedMax: "{{conditions.puckSpeedMax}}",
  })
  .gameplay({ maxSteps: EPISODE_STEPS })
  .multiplayer({ groupSize: 2, inputDelayFrames: 2 })
  .waitroom({ timeoutMs: 180_000 });

const judgement = new ScalesAndTextBox({
  scaleQuestions: ["I could follow the puck.", "I was in control."],
  scaleSize: 7,
  scaleLabels: ["Strongly disagree", "Neutral", "Strongly agree"],
  textBoxHeader: "Anything else?",
})
  .scene({ sceneId: "judgement", shouldExportMetadata: true })
  .display({ sceneHeader: "How was it?", sceneBody: "{{conditions.announcement}}" });

export const study = defineStudy({
  experimentId: "tempo",
  title: "Air hockey at two speeds",
  conditions: "tempo/conditions.toml",
  scenes: [
    new StartScene().scene({ sceneId: "welcome", shouldExportMetadata: true }).display({
      sceneHeader: "Welcome to the table",
      sceneBody: "You will play air hockey twice against another participant.",
    }),
    // The first time each scene has the group's first block, the second time its second.
    new RepeatScene([match, judgement], 2),
    new CompletionCodeScene().scene({ sceneId: "thanks", shouldExportMetadata: true }).display({
      sceneHeader: "Thank you for playing",
      sceneBody: "Please copy your completion code and hand it in where you found this study.",
    }),
  ],
});
