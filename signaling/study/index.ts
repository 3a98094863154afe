/** The door of study authoring: everything a study file imports. */

export { StudyError } from "./fault.ts";
export type {
  MultipleChoiceOptions,
  OptionBoxesOptions,
  ScalesAndTextBoxOptions,
  TextBoxOptions,
} from "./form.ts";
export { MultipleChoice, OptionBoxes, ScalesAndTextBox, TextBox } from "./form.ts";
export { GymScene } from "./gym-scene.ts";
export type {
  GameplayOptions,
  GymSettings,
  MultiplayerOptions,
  SessionOptions,
  WaitroomOptions,
} from "./gym-settings.ts";
export type { Answers, FormQuestion } from "./question.ts";
export { answerFaults } from "./question.ts";
export type { DisplayOptions, Scene, SceneBuilder, SceneOptions } from "./scene.ts";
export { CompletionCodeScene, EndScene, StartScene, StaticScene } from "./scene.ts";
export type { Study, StudyOptions } from "./study.ts";
export { defineStudy, Stager } from "./study.ts";
export type { IceServer, TurnOptions, Webrtc, WebrtcOptions } from "./webrtc.ts";
