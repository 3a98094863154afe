/** The shape of a real study around the counter game; tests vary what they are about. */
import {
  CompletionCodeScene,
  defineStudy,
  GymScene,
  type MultiplayerOptions,
  ScalesAndTextBox,
  type SceneBuilder,
  StartScene,
  type Study,
  type WaitroomOptions,
} from "../../signaling/study/index.ts";

const ENVIRONMENT = "./counter-environment.ts";

export function counterStudy(multiplayer?: MultiplayerOptions, waitroom?: WaitroomOptions): Study {
  return defineStudy({
    experimentId: "counting",
    title: "Counting together",
    scenes: counterScenes(multiplayer, waitroom),
  });
}

export function counterScenes(
  multiplayer: MultiplayerOptions = {},
  waitroom: WaitroomOptions = {},
): SceneBuilder[] {
  return [
    new StartScene()
      .scene({ sceneId: "welcome", shouldExportMetadata: true })
      .display({ sceneHeader: "Welcome", sceneBody: "Two lines.\n\nOf <plain text." }),
    new GymScene()
      .scene({ sceneId: "alone", shouldExportMetadata: true })
      .environment(ENVIRONMENT, { goal: 1_000 })
      .gameplay({ maxSteps: 20 })
      .multiplayer({ groupSize: 1 }),
    new GymScene()
      .scene({ sceneId: "paired", shouldExportMetadata: true })
      .environment(ENVIRONMENT, { goal: 1_000 })
      .gameplay({ numEpisodes: 2, maxSteps: 40 })
      .multiplayer({ groupSize: 2, ...multiplayer })
      .waitroom({ timeoutMs: 60_000, ...waitroom }),
    new ScalesAndTextBox({ scaleQuestions: ["Fun?"], scaleSize: 5, textBoxHeader: "Else?" })
      .scene({ sceneId: "survey", shouldExportMetadata: true })
      .display({ sceneHeader: "Survey" }),
    new CompletionCodeScene()
      .scene({ sceneId: "thanks", shouldExportMetadata: true })
      .display({ sceneHeader: "Thanks" }),
  ];
}
