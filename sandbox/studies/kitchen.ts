/** The example study: learn to cook alone, then cook twice with a partner, then say how it went. */
import {
  CompletionCodeScene,
  defineStudy,
  GymScene,
  ScalesAndTextBox,
  StartScene,
} from "../../signaling/study/index.ts";

const KITCHEN = "../games/cramped-room.ts";

/** 20 s and 45 s at the kitchen's 20 frames per second. */
const TUTORIAL_STEPS = 400;
const EPISODE_STEPS = 900;

export const study = defineStudy({
  experimentId: "kitchen",
  title: "Cooking together",
  scenes: [
    new StartScene().scene({ sceneId: "welcome", shouldExportMetadata: true }).display({
      sceneHeader: "Welcome to the kitchen",
      sceneBody: `<p>You will cook onion soup: first alone, to learn the controls, then twice
together with another participant.</p>
<p>It takes about five minutes. Please stay on this page until you see your completion code.</p>`,
    }),
    new GymScene()
      .scene({ sceneId: "tutorial", shouldExportMetadata: true })
      .display({
        sceneHeader: "Learn to cook",
        sceneBody: `<p>Put three onions into a pot and wait until they are cooked. Take a dish to the
pot to fill it, and bring the soup to the serving window.</p>
<p>The other cook stands still for now.</p>`,
      })
      .content({ inGameSceneBody: "Three onions, a dish, the serving window." })
      .environment(KITCHEN, { layout: "cramped_room", maxSteps: TUTORIAL_STEPS })
      .gameplay({ numEpisodes: 1, maxSteps: TUTORIAL_STEPS })
      .multiplayer({ groupSize: 1 }),
    new GymScene()
      .scene({ sceneId: "cramped_room_0", shouldExportMetadata: true })
      .display({
        sceneHeader: "Cook together",
        sceneBody: `<p>Now another participant controls the other cook. Serve as many soups as you can;
every soup counts for both of you.</p>`,
      })
      .content({ inGameSceneBody: "Every soup counts for both of you." })
      .environment(KITCHEN, { layout: "cramped_room", maxSteps: EPISODE_STEPS })
      .gameplay({ numEpisodes: 2, maxSteps: EPISODE_STEPS, resetFreezeMs: 4_000 })
      .multiplayer({ groupSize: 2, inputDelayFrames: 1 })
      .waitroom({ timeoutMs: 180_000 }),
    new ScalesAndTextBox({
      scaleQuestions: [
        "My partner and I worked well together.",
        "I knew what my partner was about to do.",
        "The game reacted to my keys without delay.",
      ],
      scaleSize: 7,
      scaleLabels: ["Strongly disagree", "Neutral", "Strongly agree"],
      textBoxHeader: "Is there anything you would like to tell us?",
    })
      .scene({ sceneId: "survey", shouldExportMetadata: true })
      .display({ sceneHeader: "How did it go?" }),
    new CompletionCodeScene().scene({ sceneId: "thanks", shouldExportMetadata: true }).display({
      sceneHeader: "Thank you for cooking with us",
      sceneBody: "Please copy your completion code and hand it in where you found this study.",
    }),
  ],
});
