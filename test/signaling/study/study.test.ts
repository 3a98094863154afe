import { describe, expect, it } from "vitest";
import {
  CompletionCodeScene,
  defineStudy,
  EndScene,
  GymScene,
  type MultiplayerOptions,
  OptionBoxes,
  ScalesAndTextBox,
  Stager,
  StartScene,
  type StudyOptions,
} from "../../../signaling/study/index.ts";

const start = () => new StartScene().scene({ sceneId: "start" });
const end = () => new EndScene().scene({ sceneId: "end" });
const gym = (options: MultiplayerOptions = {}) =>
  new GymScene()
    .scene({ sceneId: "cramped_room_0" })
    .environment("./game.ts", { layout: "small" })
    .multiplayer(options);

function define(changes: Partial<StudyOptions> = {}) {
  return () =>
    defineStudy({ experimentId: "exp", title: "Exp", scenes: [start(), end()], ...changes });
}

describe("defineStudy", () => {
  it("makes plain data of the scenes, defaults filled in", () => {
    const study = define({ scenes: [start(), gym({ inputDelayFrames: 3 }), end()] })();
    expect(JSON.parse(JSON.stringify(study))).toEqual(study);
    expect(study.scenes.map(({ kind }) => kind)).toEqual(["start", "gym", "end"]);
    expect(study.scenes[1]).toMatchObject({
      sceneId: "cramped_room_0",
      shouldExportMetadata: false,
      gym: { groupSize: 2, numEpisodes: 1, session: { inputDelayFrames: 3 } },
    });
  });

  it("takes a stager in place of scenes, not beside them", () => {
    const stager = new Stager({ scenes: [start(), end()] });
    const options = { experimentId: "exp", title: "Exp", stager };
    expect(defineStudy(options).scenes).toHaveLength(2);
    expect(define({ stager })).toThrow("Expected either `scenes` or `stager`, got both (study)");
  });

  it.each([
    [
      { scenes: [start(), gym({ inputDelayFrames: 99 }), end()] },
      "Expected `inputDelayFrames` to be an integer 0–15, got 99 (scene `cramped_room_0`)",
    ],
    [
      { scenes: [start(), gym({ groupSize: 9 }), end()] },
      "Expected `groupSize` to be an integer 1–8, got 9 (scene `cramped_room_0`)",
    ],
    [
      {
        scenes: [
          start(),
          gym({ inputDelayFrames: { fromLink: { minFrames: 6, maxFrames: 4 } } }),
          end(),
        ],
      },
      "Expected `minFrames` to be an integer 0–4, got 6 (scene `cramped_room_0`)",
    ],
    [
      { scenes: [start(), gym({ inputDelayFrames: { fromLink: {} } } as never), end()] },
      "Expected `maxFrames` to be an integer 0–15, got undefined (scene `cramped_room_0`)",
    ],
    [
      { scenes: [start(), gym({ inputDelayFrames: "fromLink" } as never), end()] },
      'Expected `inputDelayFrames` to be an integer 0–15, got "fromLink" (scene `cramped_room_0`)',
    ],
    [
      { scenes: [start(), gym({ emptySeats: "ghost" } as never), end()] },
      'Expected `emptySeats` to be neutral or bot, got "ghost" (scene `cramped_room_0`)',
    ],
    [
      { scenes: [start(), gym({ predictor: "psychic" } as never), end()] },
      'Expected `predictor` to be repeat-last or neutral or environment, got "psychic" (scene `cramped_room_0`)',
    ],
    [
      { scenes: [start(), gym({ inputDelay: 1 } as never), end()] },
      "Unknown parameter `inputDelay` in multiplayer",
    ],
    [
      { scenes: [start(), gym({ onDesync: "ignore" as never }), end()] },
      "Expected `onDesync` to be",
    ],
    [
      { scenes: [start(), gym().gameplay({ numEpisodes: 0 }), end()] },
      "Expected `numEpisodes` to be an integer 1–1000, got 0 (scene `cramped_room_0`)",
    ],
    [
      { scenes: [start(), gym({ onHidden: "stop" as never }), end()] },
      'Expected `onHidden` to be continue or neutral or pause, got "stop" (scene `cramped_room_0`)',
    ],
    [
      { scenes: [start(), gym({ onInterruption: "neutral" as never }), end()] },
      'Expected `onInterruption` to be continue or pause, got "neutral" (scene `cramped_room_0`)',
    ],
    [
      { scenes: [start(), gym({ resumeCountdownMs: 10_001 }), end()] },
      "Expected `resumeCountdownMs` to be an integer 0–10000, got 10001 (scene `cramped_room_0`)",
    ],
    [
      { scenes: [start(), gym({ pauseLimitMs: 0 }), end()] },
      "Expected `pauseLimitMs` to be an integer 1–3600000, got 0 (scene `cramped_room_0`)",
    ],
    [
      { scenes: [start(), gym().waitroom({ timeoutMs: 1.5 }), end()] },
      "Expected `timeoutMs` to be an integer 1–86400000, got 1.5 (scene `cramped_room_0`)",
    ],
    [
      { scenes: [start(), new GymScene().scene({ sceneId: "g" }), end()] },
      'Expected `environment` to be a text that is not empty, got "" (scene `g`)',
    ],
    [
      { scenes: [start(), gym().environment("./game.ts", { n: 1n }), end()] },
      "Expected `config` to be plain data that JSON can hold",
    ],
    [
      { scenes: [end(), end()] },
      "Expected the first scene to be a StartScene, got end `end` (study)",
    ],
    [
      { scenes: [start(), gym()] },
      "Expected the last scene to be an EndScene or a CompletionCodeScene, got gym `cramped_room_0` (study)",
    ],
    [
      { scenes: [start(), end(), end()] },
      "Expected scene number 2 not to be a closing scene: others follow (study)",
    ],
    [
      { scenes: [start(), new CompletionCodeScene().scene({ sceneId: "START" })] },
      "Expected each scene id once, whatever its upper and lower case, got `START` again (study)",
    ],
    [{ scenes: [start(), new EndScene()] }, "Expected `sceneId` to be 1–100 letters"],
    [{ scenes: [start(), end().scene({ sceneId: "../x" })] }, 'got "../x" (scene `../x`)'],
    [{ scenes: [start(), end().scene({ sceneId: "environments" })] }, "and no reserved name"],
    [{ scenes: [start(), end().redirect({ url: "javascript:1" })] }, "Expected `url` to be a URL"],
    [{ experimentId: "a/b" }, 'got "a/b" (study)'],
    [{ title: " " }, "Expected `title` to be a text that is not empty"],
    [{ scenes: "none" as never }, "Expected `scenes` to be a list of scenes"],
    [
      { scenes: [start(), "game" as never, end()] },
      'Expected `scenes[1]` to be a scene such as new StartScene(), got "game" (study)',
    ],
    [{ webrtc: { iceServers: [{ urls: "http://x" }] } }, "Expected `iceServers` to be a list"],
    [
      { webrtc: { transportMode: "pigeon" as never } },
      "Expected `transportMode` to be direct-first",
    ],
    [
      { webrtc: { iceServers: [{ urls: "turn:x" }] } },
      'Expected `iceServers` to be given with username and credential for each turn:, got "turn:x"',
    ],
    [
      { webrtc: { turn: { urls: "stun:x", sharedSecret: "s" } } },
      'Expected `turn.urls` to be texts that begin with turn: or turns:, got "stun:x" (study)',
    ],
    [
      { webrtc: { turn: { urls: "turn:x", sharedSecret: 123456 as never } } },
      "Expected `turn.sharedSecret` to be a text that is not empty, got something else (study)",
    ],
    [
      { webrtc: { turn: { urls: "turn:x", sharedSecret: "s", ttlS: 5 } } },
      "Expected `turn.ttlS` to be an integer 60–604800, got 5 (study)",
    ],
    [
      { webrtc: { turn: { urls: "turn:x", sharedSecret: "s", ttl: 5 } as never } },
      "Unknown parameter `ttl` in turn; known are urls, sharedSecret, ttlS (study)",
    ],
    [{ webrtc: { turn: "turn:x" as never } }, "Expected `turn` to be { urls, sharedSecret, ttlS }"],
    [
      { webrtc: { transportMode: "turn-only" } },
      "Expected `turn` or a turn: server in `iceServers` for turn-only, got neither (study)",
    ],
    [
      { scenes: [start(), gym({ continuousMaxPing: 100 }), end()] },
      "Expected `continuousMonitoringEnabled` beside `continuousMaxPing`, got none (scene `cramped_room_0`)",
    ],
    [
      {
        scenes: [
          start(),
          gym({ continuousMonitoringEnabled: true, continuousPingRequiredViolations: 6 }),
          end(),
        ],
      },
      "Expected `continuousPingRequiredViolations` to be an integer 1–5, got 6 (scene `cramped_room_0`)",
    ],
    [
      {
        scenes: [
          start(),
          gym({ continuousMonitoringEnabled: true, continuousTabWarningMs: 20_000 }),
          end(),
        ],
      },
      "Expected `continuousTabWarningMs` to be an integer 1–10000, got 20000 (scene `cramped_room_0`)",
    ],
    [
      {
        scenes: [
          start(),
          gym({
            continuousMonitoringEnabled: true,
            continuousExclusionMessages: { tab_warning: "x" } as never,
          }),
          end(),
        ],
      },
      "Unknown parameter `tab_warning` in continuousExclusionMessages; known are ping, tabWarning, tabExclude (scene `cramped_room_0`)",
    ],
    [
      { scenes: [start(), gym({ continuousCallback: "f" as never }), end()] },
      'Expected `continuousCallback` to be a function, got "f" (scene `cramped_room_0`)',
    ],
    [
      { scenes: [start(), gym({ continuousCallbackIntervalFrames: 0 }), end()] },
      "Expected `continuousCallbackIntervalFrames` to be an integer 1–216000, got 0",
    ],
    [
      { entryScreening: { deviceExclusion: "phone" as never } },
      'Expected `deviceExclusion` to be mobile or desktop, got "phone" (study)',
    ],
    [
      { entryScreening: { browserRequirements: ["Crome"] } },
      "Expected `browserRequirements` to be a list of at least 1 of Chrome, Chromium, Edge",
    ],
    [
      { entryScreening: { browserRequirements: [] } },
      "Expected `browserRequirements` to be a list of at least 1 of Chrome",
    ],
    [
      { entryScreening: { browserBlocklist: "Safari" as never } },
      "Expected `browserBlocklist` to be a list of at least 0 of Chrome",
    ],
    [
      { entryScreening: { maxPing: 0 } },
      "Expected `maxPing` to be an integer 1–60000, got 0 (study)",
    ],
    [
      { entryScreening: { minPingMeasurements: 0 } },
      "Expected `minPingMeasurements` to be an integer 1–50, got 0 (study)",
    ],
    [
      { entryScreening: { exclusionMessages: { ping: "" } } },
      'Expected `exclusionMessages.ping` to be a text that is not empty, got "" (study)',
    ],
    [
      { entryScreening: { entryCallback: 5 as never } },
      "Expected `entryCallback` to be a function, got 5 (study)",
    ],
    [
      { entryScreening: { max_ping: 5 } as never },
      "Unknown parameter `max_ping` in entryScreening; known are deviceExclusion",
    ],
    [{ titel: "x" } as never, "Unknown parameter `titel` in defineStudy"],
    [
      {
        scenes: [
          start(),
          new ScalesAndTextBox({ scaleQuestions: [], scaleSize: 1, textBoxHeader: "" }).scene({
            sceneId: "form",
          }),
          end(),
        ],
      },
      "Expected `scaleSize` to be an integer 2–101, got 1 (scene `form`)",
    ],
    [
      { scenes: [start(), new OptionBoxes({ options: ["one"] }).scene({ sceneId: "f" }), end()] },
      "Expected `options` to be a list of at least 2 texts, none empty",
    ],
  ] satisfies [Partial<StudyOptions>, string][])(
    "[SG9] refuses %# and names the place",
    (changes, message) => {
      expect(define(changes)).toThrow(message);
    },
  );

  it("fills in how long TURN credentials can be used, and keeps the given mode", () => {
    const turn = { urls: ["turns:x"], sharedSecret: "s" };
    expect(define({ webrtc: { turn, transportMode: "turn-only" } })().webrtc).toEqual({
      iceServers: [],
      turn: { ...turn, ttlS: 86_400 },
      transportMode: "turn-only",
    });
  });

  it("takes a pause without a limit, and keeps what is set of it", () => {
    const pausing = { onHidden: "pause", resumeCountdownMs: 0, pauseLimitMs: null } as const;
    const scene = define({ scenes: [start(), gym(pausing), end()] })().scenes[1];
    expect(scene).toMatchObject({ kind: "gym", gym: { session: pausing } });
  });

  it("tells all faults at once, one a line", () => {
    const scenes = [start(), gym({ inputDelayFrames: -1, groupSize: 0 }), end()];
    expect(define({ scenes })).toThrow(/inputDelayFrames|groupSize/);
    try {
      define({ scenes })();
    } catch (error) {
      expect((error as Error).message.split("\n")).toHaveLength(2);
    }
  });
});
