/** What a panel's link says: which of it is taken, where it is kept, and where it goes. */
import { expect, it } from "vitest";
import {
  CompletionCodeScene,
  defineStudy,
  StartScene,
  type StudyOptions,
} from "../../signaling/study/index.ts";
import { StudyServer } from "../support/study-server.ts";

const NAMES = ["PROLIFIC_PID", "STUDY_ID", "workerId"];

function panelStudy(options: Partial<StudyOptions> = {}) {
  return defineStudy({
    experimentId: "panel",
    title: "Panel",
    panel: { parameters: NAMES },
    scenes: [
      new StartScene()
        .scene({ sceneId: "welcome" })
        .display({ sceneHeader: "Hello {{panel.workerId}}" }),
      new CompletionCodeScene()
        .scene({ sceneId: "thanks" })
        .redirect({ url: "https://panel.example/done?cc=1", appendParameters: ["PROLIFIC_PID"] }),
    ],
    ...options,
  });
}

async function location(server: StudyServer, path: string): Promise<string | null> {
  const response = await fetch(server.url + path, { redirect: "manual" });
  return response.headers.get("location");
}

it("[SG14] only parameters that the study names are kept, as the link gave them", async () => {
  const server = await StudyServer.start({ study: panelStudy() });
  const parameters = { PROLIFIC_PID: "5f2e1a", workerId: "W-1", age: "77" };
  const page = await server.open("anna", { parameters });
  const scene = await page.take("scene");
  expect(scene).toMatchObject({ header: "Hello W-1" });
  const end = await page.goOn(scene);
  expect(end).toMatchObject({ redirectUrl: "https://panel.example/done?cc=1&PROLIFIC_PID=5f2e1a" });
  await server.running.idle();
  const kept = { PROLIFIC_PID: "5f2e1a", workerId: "W-1" };
  expect((await server.json("welcome", "anna_metadata.json")).panel).toEqual(kept);
  expect((await server.json("thanks", "anna_metadata.json")).panel).toEqual(kept);
});

it("[SG14] a value that is too long or holds other signs is not kept, and keeps nobody out", async () => {
  const server = await StudyServer.start({ study: panelStudy() });
  const parameters = { PROLIFIC_PID: "=cmd|x", STUDY_ID: "a".repeat(200), workerId: "<b>" };
  const page = await server.open("anna", { parameters });
  await page.goOn(await page.take("scene"));
  await server.running.idle();
  const { panel } = await server.json("thanks", "anna_metadata.json");
  expect(panel).toEqual({ STUDY_ID: "a".repeat(200) });
});

it("[SG14] what a participant came with does not change; what was missing is added", async () => {
  const server = await StudyServer.start({ study: panelStudy() });
  const first = await server.open("anna", { parameters: { PROLIFIC_PID: "one" } });
  const { secret } = first;
  first.close();
  const parameters = { PROLIFIC_PID: "two", STUDY_ID: "s" };
  const page = await server.open("anna", { secret, parameters });
  await page.goOn(await page.take("scene"));
  await server.running.idle();
  const { panel } = await server.json("thanks", "anna_metadata.json");
  expect(panel).toEqual({ PROLIFIC_PID: "one", STUDY_ID: "s" });
});

it("[SG1] the root leads on with the named parameters and without the others", async () => {
  const server = await StudyServer.start({ study: panelStudy() });
  const to = await location(server, "/?STUDY_ID=s&PROLIFIC_PID=p&PROLIFIC_PID=q&x=y");
  expect(to).toMatch(/^\/[0-9a-f-]{36}\?PROLIFIC_PID=p&STUDY_ID=s$/);
  expect(await location(server, "/?x=y")).toMatch(/^\/[0-9a-f-]{36}$/);
});

it("[SG1] a parameter declared as the subject id becomes it, and must be one", async () => {
  const panel = { parameters: NAMES, subjectId: "PROLIFIC_PID" };
  const server = await StudyServer.start({ study: panelStudy({ panel }) });
  expect(await location(server, "/?PROLIFIC_PID=5f2e1a")).toBe("/5f2e1a?PROLIFIC_PID=5f2e1a");
  expect(await location(server, "/")).toMatch(/^\/[0-9a-f-]{36}$/);
  const wrong = await fetch(`${server.url}/?PROLIFIC_PID=..%2Fetc`, { redirect: "manual" });
  expect(wrong.status).toBe(400);
});

it("[SG9] wrong panel parameters are named", () => {
  expect(() => panelStudy({ panel: { parameters: ["a b"] } })).toThrow(/`parameters`/);
  expect(() => panelStudy({ panel: { parameters: ["A"], subjectId: "B" } })).toThrow(/`subjectId`/);
  expect(() => panelStudy({ panel: { parameters: ["workerId"] } })).toThrow(
    /`appendParameters` of scene `thanks`.*got PROLIFIC_PID/,
  );
});
