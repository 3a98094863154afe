/** Two games with others, one after the other, and a scene for those whom nobody came to play with. */
import {
  CompletionCodeScene,
  defineStudy,
  EndScene,
  GymScene,
  type MultiplayerOptions,
  StartScene,
  StaticScene,
  type Study,
  type WaitroomOptions,
} from "../../signaling/study/index.ts";

export interface MatchingOptions {
  readonly environment?: string;
  readonly config?: unknown;
  /** Of the first game; the second has the same but for `second`. */
  readonly multiplayer?: MultiplayerOptions;
  readonly second?: MultiplayerOptions;
  readonly waitroom?: WaitroomOptions;
  readonly hasCode?: boolean;
}

export function matchingStudy({
  environment = "./counter-environment.ts",
  config = { goal: 1_000 },
  multiplayer = {},
  second = {},
  waitroom = {},
  hasCode = true,
}: MatchingOptions = {}): Study {
  const gym = (sceneId: string, changes: MultiplayerOptions) =>
    new GymScene()
      .scene({ sceneId, shouldExportMetadata: true })
      .environment(environment, config)
      .gameplay({ maxSteps: 20 })
      .multiplayer({ ...multiplayer, ...changes })
      .waitroom({ timeoutMs: 60_000, ...waitroom });
  const Last = hasCode ? CompletionCodeScene : EndScene;
  return defineStudy({
    experimentId: "matching",
    title: "Matching",
    scenes: [
      new StartScene().scene({ sceneId: "welcome" }).display({ sceneHeader: "Welcome" }),
      gym("first", {}),
      gym("second", second),
      new StaticScene()
        .scene({ sceneId: "nobody" })
        .display({ sceneHeader: "Nobody came", sceneBody: "A few questions instead." }),
      new Last().scene({ sceneId: "thanks", shouldExportMetadata: true }).display({
        sceneHeader: "Thanks",
      }),
    ],
  });
}
