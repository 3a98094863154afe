/** The door of study authoring: everything a study file imports. */

export type { Assigned, Assignment, AssignmentOptions } from "./assignment.ts";
export { assign } from "./assignment.ts";
export type { ConditionFile, ConditionFileOptions } from "./condition-file.ts";
export type {
  ContinuousContext,
  ContinuousDecision,
  Monitoring,
  MonitoringOptions,
} from "./continuous-monitoring.ts";
export type { Ending, Endings, OutcomeOptions, OutcomesOptions } from "./ending.ts";
export type {
  DeviceType,
  EntryContext,
  EntryDecision,
  EntryScreening,
  EntryScreeningOptions,
} from "./entry-screening.ts";
export { BROWSER_NAMES } from "./entry-screening.ts";
export { FaultList, StudyError } from "./fault.ts";
export type {
  MultipleChoiceOptions,
  OptionBoxesOptions,
  OptionBoxesWithScalesAndTextBoxOptions,
  ScalesAndTextBoxOptions,
  TextBoxOptions,
} from "./form.ts";
export {
  MultipleChoice,
  OptionBoxes,
  OptionBoxesWithScalesAndTextBox,
  ScalesAndTextBox,
  TextBox,
} from "./form.ts";
export { GymScene } from "./gym-scene.ts";
export type {
  ContentOptions,
  GameplayOptions,
  GymSettings,
  MultiplayerOptions,
  SessionKnobs,
  WaitroomOptions,
} from "./gym-settings.ts";
export type {
  MatchCandidate,
  Matchmaker,
  Matchmaking,
  MatchmakingOptions,
  MatchRequest,
  RttStep,
} from "./matchmaking.ts";
export type { RedirectOptions } from "./page-scene.ts";
export {
  CompletionCodeScene,
  ConsentScene,
  EndScene,
  StartScene,
  StaticScene,
} from "./page-scene.ts";
export type { Panel, PanelOptions, PanelValues } from "./panel.ts";
export { takePanelValues } from "./panel.ts";
export type { PlaceholderValue } from "./placeholder.ts";
export { fillData, fillPlaceholders, namesIn, placeholderFaults, valueAt } from "./placeholder.ts";
export { drawPlan } from "./plan.ts";
export type { Answers, FormQuestion } from "./question.ts";
export { answerFaults } from "./question.ts";
export type {
  ConsentSettings,
  DisplayOptions,
  Scene,
  SceneBuilder,
  SceneOptions,
} from "./scene.ts";
export { asks, questionsOf, sceneAnswerFaults } from "./scene-answer.ts";
export type { PastVisit, StagerOptions, StagerState } from "./stager.ts";
export { Stager, stagerOf } from "./stager.ts";
export type { Study, StudyOptions } from "./study.ts";
export { defineStudy } from "./study.ts";
export type { IceServer, TurnOptions, Webrtc, WebrtcOptions } from "./webrtc.ts";
export type { Flow, StudyPart } from "./wrapper.ts";
export { ByCondition, RandomizeOrder, RepeatScene } from "./wrapper.ts";
