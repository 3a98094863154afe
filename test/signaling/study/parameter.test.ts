/** Every documented parameter of every scene has an effect that can be seen in what the server reads. */
import { describe, expect, it } from "vitest";
import {
  CompletionCodeScene,
  ConsentScene,
  defineStudy,
  EndScene,
  GymScene,
  MultipleChoice,
  OptionBoxes,
  OptionBoxesWithScalesAndTextBox,
  ScalesAndTextBox,
  type Scene,
  type SceneBuilder,
  StartScene,
  StaticScene,
  TextBox,
} from "../../../signaling/study/index.ts";

function define(builder: SceneBuilder): Scene {
  const start = new StartScene().scene({ sceneId: "start" });
  const end = new EndScene().scene({ sceneId: "end" });
  const middle = builder.sceneId === "" ? builder.scene({ sceneId: "it" }) : builder;
  const isStart = builder.kind === "start";
  const isEnd = builder.kind === "end" || builder.kind === "completion-code";
  const scenes = isStart ? [middle, end] : isEnd ? [start, middle] : [start, middle, end];
  const study = defineStudy({ experimentId: "exp", title: "Exp", scenes });
  return study.scenes.find(({ sceneId }) => sceneId === middle.sceneId) as Scene;
}

const box = { textBoxHeader: "Why?" };
const boxes = { options: ["a", "b"] };
const scales = { scaleQuestions: ["A?", "B?"], ...box };
const choice = {
  questions: ["P?", "Q?"],
  choices: [
    ["a", "b"],
    ["c", "d"],
  ],
};
const gym = () => new GymScene().environment("./game.ts", { level: 1 });
const question = (...changes: object[]) => ({
  questions: changes.map((change) => expect.objectContaining(change)),
});
const session = (changes: object) => ({ gym: { session: changes } });

/** What a study writes, what it would have got without, and what comes of it. */
const PARAMETERS: Record<string, [with_: SceneBuilder, without: SceneBuilder, effect: object]> = {
  "scene.sceneId": [
    new StaticScene().scene({ sceneId: "other" }),
    new StaticScene(),
    { sceneId: "other" },
  ],
  "scene.shouldExportMetadata": [
    new StaticScene().scene({ sceneId: "it", shouldExportMetadata: true }),
    new StaticScene(),
    { shouldExportMetadata: true },
  ],
  "scene.experimentConfig": [
    new StaticScene().scene({ sceneId: "it", experimentConfig: { layout: "a" } }),
    new StaticScene(),
    { experimentConfig: { layout: "a" } },
  ],
  "display.sceneHeader": [
    new StaticScene().display({ sceneHeader: "H" }),
    new StaticScene(),
    { sceneHeader: "H" },
  ],
  "display.sceneSubheader": [
    new StaticScene().display({ sceneSubheader: "S" }),
    new StaticScene(),
    { sceneSubheader: "S" },
  ],
  "display.sceneBody": [
    new StaticScene().display({ sceneBody: "B" }),
    new StaticScene(),
    { sceneBody: "B" },
  ],
  "display.sceneBodyFilepath": [
    new StaticScene().display({ sceneBodyFilepath: "b.md" }),
    new StaticScene(),
    { sceneBodyFilepath: "b.md" },
  ],
  "StaticScene.collect.elementIds": [
    new StaticScene().collect({ elementIds: ["age"] }),
    new StaticScene(),
    { elementIds: ["age"] },
  ],
  "ConsentScene.consent.statements": [
    new ConsentScene().consent({ statements: ["I am of age."] }),
    new ConsentScene(),
    { consent: { statements: ["I am of age."] } },
  ],
  "ConsentScene.consent.agreeLabel": [
    new ConsentScene().consent({ agreeLabel: "Yes" }),
    new ConsentScene(),
    { consent: { agreeLabel: "Yes" } },
  ],
  "ConsentScene.consent.declineLabel": [
    new ConsentScene().consent({ declineLabel: "No" }),
    new ConsentScene(),
    { consent: { declineLabel: "No" } },
  ],
  "ConsentScene.consent.declineMessage": [
    new ConsentScene().consent({ declineMessage: "Bye." }),
    new ConsentScene(),
    { consent: { declineMessage: "Bye." } },
  ],
  "TextBox.textBoxHeader": [
    new TextBox({ textBoxHeader: "Else?" }),
    new TextBox(box),
    question({ prompt: "Else?" }),
  ],
  "TextBox.required": [
    new TextBox({ ...box, required: false }),
    new TextBox(box),
    question({ isRequired: false }),
  ],
  "OptionBoxes.optionsHeader": [
    new OptionBoxes({ ...boxes, optionsHeader: "Pick" }),
    new OptionBoxes(boxes),
    question({ prompt: "Pick" }),
  ],
  "OptionBoxes.options": [
    new OptionBoxes({ options: ["x", "y"] }),
    new OptionBoxes(boxes),
    question({ options: ["x", "y"] }),
  ],
  "OptionBoxes.required": [
    new OptionBoxes({ ...boxes, required: false }),
    new OptionBoxes(boxes),
    question({ isRequired: false }),
  ],
  "ScalesAndTextBox.scaleQuestions": [
    new ScalesAndTextBox({ ...scales, scaleQuestions: ["C?"] }),
    new ScalesAndTextBox(scales),
    question({ prompt: "C?" }, { name: "text_box" }),
  ],
  "ScalesAndTextBox.scaleSize": [
    new ScalesAndTextBox({ ...scales, scaleSize: 21 }),
    new ScalesAndTextBox(scales),
    question({ size: 21 }, { size: 21 }, {}),
  ],
  "ScalesAndTextBox.scaleLabels": [
    new ScalesAndTextBox({ ...scales, scaleLabels: [["no"], ["never", "always"]] }),
    new ScalesAndTextBox(scales),
    question({ labels: ["no"] }, { labels: ["never", "always"] }, {}),
  ],
  "ScalesAndTextBox.preScaleHeader": [
    new ScalesAndTextBox({ ...scales, preScaleHeader: "How much?" }),
    new ScalesAndTextBox(scales),
    question({ heading: "How much?" }, { heading: "" }, {}),
  ],
  "ScalesAndTextBox.textBoxHeader": [
    new ScalesAndTextBox({ ...scales, textBoxHeader: "More?" }),
    new ScalesAndTextBox(scales),
    question({}, {}, { prompt: "More?" }),
  ],
  "ScalesAndTextBox.required": [
    new ScalesAndTextBox({ ...scales, required: true }),
    new ScalesAndTextBox(scales),
    question({}, {}, { isRequired: true }),
  ],
  "OptionBoxesWithScalesAndTextBox.options": [
    new OptionBoxesWithScalesAndTextBox({ ...boxes, ...scales, options: ["x", "y"] }),
    new OptionBoxesWithScalesAndTextBox({ ...boxes, ...scales }),
    question({ name: "option", options: ["x", "y"] }, { name: "scale_0" }, {}, {}),
  ],
  "OptionBoxesWithScalesAndTextBox.optionsHeader": [
    new OptionBoxesWithScalesAndTextBox({ ...boxes, ...scales, optionsHeader: "Pick" }),
    new OptionBoxesWithScalesAndTextBox({ ...boxes, ...scales }),
    question({ prompt: "Pick" }, {}, {}, {}),
  ],
  "OptionBoxesWithScalesAndTextBox.scaleQuestions": [
    new OptionBoxesWithScalesAndTextBox({ ...boxes, ...scales, scaleQuestions: ["C?"] }),
    new OptionBoxesWithScalesAndTextBox({ ...boxes, ...scales }),
    question({}, { prompt: "C?" }, { name: "text_box" }),
  ],
  "OptionBoxesWithScalesAndTextBox.scaleSize": [
    new OptionBoxesWithScalesAndTextBox({ ...boxes, ...scales, scaleSize: 3 }),
    new OptionBoxesWithScalesAndTextBox({ ...boxes, ...scales }),
    question({}, { size: 3 }, {}, {}),
  ],
  "OptionBoxesWithScalesAndTextBox.scaleLabels": [
    new OptionBoxesWithScalesAndTextBox({ ...boxes, ...scales, scaleLabels: ["l", "m"] }),
    new OptionBoxesWithScalesAndTextBox({ ...boxes, ...scales }),
    question({}, { labels: ["l", "m"] }, {}, {}),
  ],
  "OptionBoxesWithScalesAndTextBox.preScaleHeader": [
    new OptionBoxesWithScalesAndTextBox({ ...boxes, ...scales, preScaleHeader: "How?" }),
    new OptionBoxesWithScalesAndTextBox({ ...boxes, ...scales }),
    question({}, { heading: "How?" }, {}, {}),
  ],
  "OptionBoxesWithScalesAndTextBox.textBoxHeader": [
    new OptionBoxesWithScalesAndTextBox({ ...boxes, ...scales, textBoxHeader: "More?" }),
    new OptionBoxesWithScalesAndTextBox({ ...boxes, ...scales }),
    question({}, {}, {}, { prompt: "More?" }),
  ],
  "OptionBoxesWithScalesAndTextBox.required": [
    new OptionBoxesWithScalesAndTextBox({ ...boxes, ...scales, required: true }),
    new OptionBoxesWithScalesAndTextBox({ ...boxes, ...scales }),
    question({}, {}, {}, { isRequired: true }),
  ],
  "MultipleChoice.questions": [
    new MultipleChoice({ ...choice, questions: ["R?", "S?"] }),
    new MultipleChoice(choice),
    question({ prompt: "R?" }, { prompt: "S?" }),
  ],
  "MultipleChoice.choices, one list for all": [
    new MultipleChoice({ ...choice, choices: ["x", "y"] }),
    new MultipleChoice(choice),
    question({ options: ["x", "y"] }, { options: ["x", "y"] }),
  ],
  "MultipleChoice.multiSelect, one for all": [
    new MultipleChoice({ ...choice, multiSelect: true }),
    new MultipleChoice(choice),
    question({ isMultiple: true }, { isMultiple: true }),
  ],
  "MultipleChoice.multiSelect, one per question": [
    new MultipleChoice({ ...choice, multiSelect: [false, true] }),
    new MultipleChoice(choice),
    question({ isMultiple: false }, { isMultiple: true }),
  ],
  "MultipleChoice.images": [
    new MultipleChoice({ ...choice, images: [null, "/static/b.png"] }),
    new MultipleChoice(choice),
    question({ image: null }, { image: "/static/b.png" }),
  ],
  "MultipleChoice.preQuestionsHeader": [
    new MultipleChoice({ ...choice, preQuestionsHeader: "First" }),
    new MultipleChoice(choice),
    question({ heading: "First" }, { heading: "" }),
  ],
  "MultipleChoice.required": [
    new MultipleChoice({ ...choice, required: false }),
    new MultipleChoice(choice),
    question({ isRequired: false }, { isRequired: false }),
  ],
  "GymScene.environment.path": [
    new GymScene().environment("./other.ts"),
    gym(),
    { gym: { environmentPath: "./other.ts" } },
  ],
  "GymScene.environment.config": [
    new GymScene().environment("./game.ts", { level: 2 }),
    gym(),
    { gym: { config: { level: 2 } } },
  ],
  "GymScene.gameplay.numEpisodes": [
    gym().gameplay({ numEpisodes: 4 }),
    gym(),
    { gym: { numEpisodes: 4 } },
  ],
  "GymScene.gameplay.maxSteps": [gym().gameplay({ maxSteps: 9 }), gym(), { gym: { maxSteps: 9 } }],
  "GymScene.gameplay.actionMapping": [
    gym().gameplay({ actionMapping: { KeyA: 1 } }),
    gym(),
    { gym: { actionMapping: { KeyA: 1 } } },
  ],
  "GymScene.gameplay.resetFreezeMs": [
    gym().gameplay({ resetFreezeMs: 5 }),
    gym(),
    { gym: { resetFreezeMs: 5 } },
  ],
  "GymScene.gameplay.shouldStreamEpisodes": [
    gym().gameplay({ shouldStreamEpisodes: false }),
    gym(),
    { gym: { shouldStreamEpisodes: false } },
  ],
  "GymScene.content.inGameSceneBody": [
    gym().content({ inGameSceneBody: "B" }),
    gym(),
    { gym: { inGameSceneBody: "B" } },
  ],
  "GymScene.content.inGameSceneBodyFilepath": [
    gym().content({ inGameSceneBodyFilepath: "b.html" }),
    gym(),
    { gym: { inGameSceneBodyFilepath: "b.html" } },
  ],
  "GymScene.waitroom.timeoutMs": [
    gym().waitroom({ timeoutMs: 7 }),
    gym(),
    { gym: { waitroomTimeoutMs: 7 } },
  ],
  "GymScene.waitroom.timeoutMessage": [
    gym().waitroom({ timeoutMessage: "Nobody." }),
    gym(),
    { gym: { waitroomTimeoutMessage: "Nobody." } },
  ],
  "GymScene.multiplayer.groupSize": [
    gym().multiplayer({ groupSize: 3 }),
    gym(),
    { gym: { groupSize: 3 } },
  ],
  "GymScene.multiplayer.inputDelayFrames": [
    gym().multiplayer({ inputDelayFrames: 3 }),
    gym(),
    session({ inputDelayFrames: 3 }),
  ],
  "GymScene.multiplayer.predictionWindowFrames": [
    gym().multiplayer({ predictionWindowFrames: 9 }),
    gym(),
    session({ predictionWindowFrames: 9 }),
  ],
  "GymScene.multiplayer.predictor": [
    gym().multiplayer({ predictor: "neutral" }),
    gym(),
    session({ predictor: "neutral" }),
  ],
  "GymScene.multiplayer.interruptedAfterMs": [
    gym().multiplayer({ interruptedAfterMs: 9 }),
    gym(),
    session({ interruptedAfterMs: 9 }),
  ],
  "GymScene.multiplayer.onDropout.waitMs": [
    gym().multiplayer({ onDropout: { waitMs: 9 } }),
    gym(),
    session({ disconnectedAfterMs: 9 }),
  ],
  "GymScene.multiplayer.isTimeSyncOn": [
    gym().multiplayer({ isTimeSyncOn: false }),
    gym(),
    session({ isTimeSyncOn: false }),
  ],
  "GymScene.multiplayer.focusLossTimeoutMs": [
    gym().multiplayer({ focusLossTimeoutMs: 9 }),
    gym().multiplayer({ continuousMonitoringEnabled: true }),
    { gym: { monitoring: { focusLossTimeoutMs: 9 } } },
  ],
  "GymScene.multiplayer.focusLossMessage": [
    gym().multiplayer({ focusLossTimeoutMs: 9, focusLossMessage: "Away." }),
    gym().multiplayer({ focusLossTimeoutMs: 9 }),
    { gym: { monitoring: { focusLossMessage: "Away." } } },
  ],
  "GymScene.multiplayer.onDropout.policy": [
    gym().multiplayer({ onDropout: { policy: "neutral" } }),
    gym(),
    session({ onDeparture: "neutral" }),
  ],
  "GymScene.multiplayer.partnerDisconnectMessage": [
    gym().multiplayer({ partnerDisconnectMessage: "Gone." }),
    gym(),
    { gym: { partnerDisconnectMessage: "Gone." } },
  ],
  "GymScene.multiplayer.partnerDisconnectShowCompletionCode": [
    gym().multiplayer({ partnerDisconnectShowCompletionCode: false }),
    gym(),
    { gym: { partnerDisconnectShowCompletionCode: false } },
  ],
  "GymScene.multiplayer.hideLobbyCount": [
    gym().multiplayer({ hideLobbyCount: true }),
    gym(),
    { gym: { hideLobbyCount: true } },
  ],
  "EndScene.redirect.url": [
    new EndScene().redirect({ url: "https://x.org" }),
    new EndScene(),
    { redirectUrl: "https://x.org" },
  ],
  "EndScene.redirect.appendSubjectId": [
    new EndScene().redirect({ url: "https://x.org/", appendSubjectId: true }),
    new EndScene().redirect({ url: "https://x.org/" }),
    { appendSubjectId: true },
  ],
  "CompletionCodeScene.redirect.url": [
    new CompletionCodeScene().redirect({ url: "https://x.org" }),
    new CompletionCodeScene(),
    { redirectUrl: "https://x.org" },
  ],
};

describe("parameters of scenes", () => {
  it.each(Object.entries(PARAMETERS))("%s has its effect", (_, [given, without, effect]) => {
    expect(define(given)).toMatchObject(effect);
    expect(define(without)).not.toMatchObject(effect);
  });

  it("writes the metadata of every scene that holds a consent, an answer, a code or an outcome, unless told", () => {
    const isExported = (scene: SceneBuilder) => define(scene).shouldExportMetadata;
    const holding = [
      new StartScene(),
      new ConsentScene(),
      new TextBox(box),
      new CompletionCodeScene(),
      new EndScene(),
    ];
    expect(holding.map(isExported)).toEqual([true, true, true, true, true]);
    expect([new StaticScene(), gym()].map(isExported)).toEqual([false, false]);
    const quiet = new TextBox(box).scene({ sceneId: "it", shouldExportMetadata: false });
    expect(isExported(quiet)).toBe(false);
  });

  it.each([
    [
      new StaticScene().display({ sceneBody: "a", sceneBodyFilepath: "a.md" }),
      "either `sceneBody` or",
    ],
    [
      new StaticScene().display({ sceneBodyFilepath: "a.pdf" }),
      "the path of a .md, .html or .txt file",
    ],
    [new StaticScene().display({ sceneBody: "{{subject}}" }), "Unknown placeholder `{{subject}}`"],
    [
      new TextBox({ textBoxHeader: "{{name}}?" }),
      "Unknown placeholder `{{name}}` in textBoxHeader",
    ],
    [
      new OptionBoxes({ optionsHeader: "{{name}}?", options: ["a"] }),
      "Unknown placeholder `{{name}}` in optionsHeader",
    ],
    [
      new MultipleChoice({ ...choice, questions: ["{{name}}?"] }),
      "Unknown placeholder `{{name}}` in questions",
    ],
    [
      new ConsentScene().consent({ statements: ["{{name}}?"] }),
      "Unknown placeholder `{{name}}` in statements",
    ],
    [new StaticScene().display({ header: "x" } as never), "Unknown parameter `header` in display"],
    [
      new StaticScene().collect({ elementIds: ["a", "a"] }),
      "Expected `elementIds` to be ids that differ",
    ],
    [new ConsentScene().consent({ agree: "x" } as never), "Unknown parameter `agree` in consent"],
    [new OptionBoxes({ options: ["a", "a"] }), "Expected `options` to be texts that differ"],
    [new MultipleChoice({ ...choice, multiSelect: [true] }), "one of them per question"],
    [
      new MultipleChoice({ ...choice, images: ["http://x/y.png", null] }),
      "Expected `images` to be",
    ],
    [
      new EndScene().redirect({ url: "https://x", append: true } as never),
      "Unknown parameter `append`",
    ],
    [
      new StaticScene().scene({ sceneId: "it", experimentConfig: 1n }),
      "plain data that JSON can hold",
    ],
  ] satisfies [SceneBuilder, string][])(
    "[SG9] refuses a wrong parameter (%#)",
    (scene, message) => {
      expect(() => define(scene)).toThrow(message);
      expect(() => define(scene)).toThrow("(scene `it`)");
    },
  );
});
