/** A tour of everything a study can be made of: every kind of scene, conditions, chance, and a branch. */
import {
  ByCondition,
  CompletionCodeScene,
  ConsentScene,
  defineStudy,
  GymScene,
  MultipleChoice,
  OptionBoxes,
  OptionBoxesWithScalesAndTextBox,
  RandomizeOrder,
  RepeatScene,
  ScalesAndTextBox,
  Stager,
  StartScene,
  StaticScene,
  TextBox,
} from "../../signaling/study/index.ts";

/** Six seconds at the kitchen's 20 frames per second. */
const PRACTICE_STEPS = 120;
const AGREEMENT = ["Strongly disagree", "Neutral", "Strongly agree"];

/** Leaves out the page of praise for those who served no soup. */
class PraiseStager extends Stager {
  override getNextSceneIndex(): number {
    const next = super.getNextSceneIndex();
    const isPraise = this.scenes[next]?.sceneId === "praise";
    return isPraise && this.getParticipantScore() === 0 ? next + 1 : next;
  }
}

const welcome = new StartScene().scene({ sceneId: "welcome" }).display({
  sceneHeader: "Welcome to the tour",
  sceneSubheader: "It takes about three minutes.",
  sceneBodyFilepath: "./tour/rules.md",
});

const consent = new ConsentScene()
  .scene({ sceneId: "consent" })
  .display({
    sceneHeader: "Your consent",
    sceneBody: "Please read the statements and tick those that are true.",
  })
  .consent({
    statements: ["I am at least 18 years old.", "I take part of my own free will."],
    declineMessage: "You have chosen not to take part. You can close this page.",
  });

const about = new StaticScene()
  .scene({ sceneId: "about", shouldExportMetadata: true })
  .display({
    sceneHeader: "About you",
    sceneBody: `<p><label>What shall we call you? <input id="name" type="text"></label></p>
<p><label>How often do you cook?
  <select id="cooking"><option>Never</option><option>Now and then</option><option>Daily</option></select></label></p>`,
  })
  .collect({ elementIds: ["name", "cooking"] });

const instruction = (sceneId: string, sceneBody: string) =>
  new StaticScene()
    .scene({ sceneId, experimentConfig: { goal: sceneId } })
    .display({ sceneHeader: "Ready, {{answers.about.name}}?", sceneBody });

const practice = new GymScene()
  .scene({ sceneId: "practice", shouldExportMetadata: true })
  .display({ sceneHeader: "Cook alone", sceneBody: "Try the keys for a few seconds." })
  .content({ inGameSceneBody: "Three onions, a dish, the serving window." })
  .environment("../games/cramped-room.ts", { layout: "cramped_room", maxSteps: PRACTICE_STEPS })
  .gameplay({ maxSteps: PRACTICE_STEPS })
  .multiplayer({ groupSize: 1 });

const mood = new OptionBoxes({
  optionsHeader: "How do you feel now?",
  options: ["Calm", "Awake", "Tired"],
})
  .scene({ sceneId: "mood" })
  .display({ sceneHeader: "A short question" });

const quiz = new MultipleChoice({
  preQuestionsHeader: "What did you see?",
  questions: ["What is in the pot?", "Which of these were in the kitchen?"],
  choices: [
    ["Onions", "Tomatoes"],
    ["A pot", "A window", "A piano"],
  ],
  multiSelect: [false, true],
  images: ["/static/soup.svg", null],
})
  .scene({ sceneId: "quiz" })
  .display({ sceneHeader: "The kitchen" });

const rating = new ScalesAndTextBox({
  preScaleHeader: "How much do you agree?",
  scaleQuestions: ["The controls were easy to learn.", "I would play again."],
  scaleLabels: AGREEMENT,
  textBoxHeader: "What would you change?",
})
  .scene({ sceneId: "rating" })
  .display({ sceneHeader: "The game" });

const favourite = new OptionBoxesWithScalesAndTextBox({
  optionsHeader: "Which part did you like best?",
  options: ["The cooking", "The questions"],
  preScaleHeader: "And how much?",
  scaleQuestions: ["I liked it.", "I would recommend it."],
  scaleSize: 21,
  scaleLabels: [["Not at all", "Very much"], AGREEMENT],
  textBoxHeader: "Why?",
  required: true,
})
  .scene({ sceneId: "favourite" })
  .display({ sceneHeader: "Looking back" });

export const study = defineStudy({
  experimentId: "tour",
  title: "A tour of every scene",
  seed: 2026,
  staticDir: "./tour",
  assignment: { conditions: ["speed", "care"], method: "blocked", blockSize: 4 },
  stager: new PraiseStager({
    scenes: [
      welcome,
      consent,
      about,
      new ByCondition({
        speed: instruction("speed", "Serve as many soups as you can."),
        care: instruction("care", "Take your time: what counts is to serve one good soup."),
      }),
      practice,
      new StaticScene()
        .scene({ sceneId: "praise" })
        .display({ sceneHeader: "Well done, {{answers.about.name}}!", sceneBody: "You served." }),
      new RandomizeOrder([new RepeatScene(mood, 2), quiz, rating]),
      favourite,
      new TextBox({ textBoxHeader: "Anything else?", required: false })
        .scene({ sceneId: "last_words" })
        .display({ sceneHeader: "Last words" }),
      new CompletionCodeScene()
        .scene({ sceneId: "thanks" })
        .display({ sceneHeader: "Thank you, {{answers.about.name}}" })
        .redirect({ url: "https://example.org/return?subject=", appendSubjectId: true }),
    ],
  }),
});
