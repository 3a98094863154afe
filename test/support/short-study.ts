/** One game of air hockey for two, between a welcome and a code; tests say what else it is. */
import {
  CompletionCodeScene,
  defineStudy,
  type GameplayOptions,
  GymScene,
  type MultiplayerOptions,
  StartScene,
  type Study,
} from "../../signaling/study/index.ts";

/** At 60 frames a second. */
export function shortStudy(gameplay: GameplayOptions, multiplayer: MultiplayerOptions = {}): Study {
  return defineStudy({
    experimentId: "paired",
    title: "A short game",
    scenes: [
      new StartScene()
        .scene({ sceneId: "welcome" })
        .display({ sceneHeader: "Welcome", sceneBody: "<p>You will play with somebody.</p>" }),
      new GymScene()
        .scene({ sceneId: "match", shouldExportMetadata: true })
        .display({ sceneHeader: "Together", sceneBody: "<p>Score goals.</p>" })
        .environment("../../sandbox/games/puck.ts", {})
        .gameplay(gameplay)
        .multiplayer(multiplayer),
      new CompletionCodeScene()
        .scene({ sceneId: "thanks" })
        .display({ sceneHeader: "Thank you", sceneBody: "Copy your code." }),
    ],
  });
}
