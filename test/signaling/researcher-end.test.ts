/** The study ends for participants because whoever runs it says so. */
import { readFile, stat, writeFile } from "node:fs/promises";
import { describe, expect, it } from "vitest";
import { defineStudy } from "../../signaling/study/index.ts";
import { runTandem } from "../support/command-line.ts";
import { counterScenes } from "../support/counter-study.ts";
import { checkDataFiles } from "../support/data-check.ts";
import { closing, cutLog, fakeLog, type HeadlessPage } from "../support/headless-page.ts";
import { startPair } from "../support/paired-walk.ts";
import { StudyServer } from "../support/study-server.ts";

const CODE = expect.stringMatching(/^[0-9a-f-]{36}$/);
const ENDED = { kind: "end", outcome: "researcher_ended", code: CODE };

/** Anna and Ben play, Carl waits for company, Dora has just come. */
async function serve() {
  const server = await StudyServer.start();
  const { pages, starts } = await startPair(server, ["anna", "ben"]);
  for (const [i, page] of pages.entries()) {
    await page.ask("episode-log", cutLog(fakeLog(starts[i as 0 | 1], 0), 0, 20));
  }
  const carl = await server.open("carl");
  await carl.ask("join-waitroom", { visitId: (await carl.walkToPairedScene()).visitId });
  const dora = await server.open("dora");
  await dora.take("scene");
  return { server, pages, starts, carl, dora };
}

async function post(server: StudyServer, token: string | null, body: unknown) {
  const answer = await fetch(`${server.url}/admin/end`, {
    method: "POST",
    headers: {
      "content-type": "application/json",
      ...(token === null ? {} : { authorization: `Bearer ${token}` }),
    },
    body: JSON.stringify(body),
  });
  return { status: answer.status, report: (await answer.json()) as unknown };
}

describe("[SG21] tandem end", () => {
  it("ends one participant's way: page, code, partner, and files that say so", async () => {
    const { server, pages, starts, carl } = await serve();
    const ended = await runTandem(
      "end",
      server.dataDir,
      "--participant",
      "Anna",
      "nobody",
      "nobody",
    );
    expect(ended).toMatchObject({ code: 1, stdout: "anna: ended\nnobody: nobody of that id\n" });
    expect(await pages[0].take("scene")).toMatchObject(ENDED);
    expect(await pages[1].take("partner-status")).toMatchObject({ status: "left" });
    const gone = { ...closing(starts[1], 0, 20), reason: "partner_disconnected" as const };
    await pages[1].ask("close-episode", gone);
    expect(await pages[1].take("scene")).toMatchObject({
      outcome: "partner_disconnected",
      code: CODE,
    });
    expect(await carl.ask("report-ping", { sentAtMs: 0 })).toMatchObject({ ok: true });
    await server.running.idle();
    const metadata = await server.json("paired", "anna_metadata.json");
    expect(metadata).toMatchObject({ outcome: "researcher_ended", completion_code: CODE });
    expect(metadata.game).toMatchObject({ isPartial: true, terminationReason: "researcher_ended" });
    expect((await checkDataFiles(server.dataDir)).faults).toEqual([]);
    const again = await server.open("anna", { secret: pages[0].secret });
    expect(await again.take("scene")).toMatchObject({ ...ENDED, code: metadata.completion_code });
  });

  it("ends everybody who is on their way, wherever they are, and says so once", async () => {
    const { server, pages, carl, dora } = await serve();
    const all = await runTandem("end", server.running.dataPath, "--all");
    expect(all).toMatchObject({ code: 0 });
    expect(all.stdout.split("\n").sort()).toEqual(
      ["", ...["anna", "ben", "carl", "dora"].map((id) => `${id}: ended`)].sort(),
    );
    for (const page of [...pages, carl, dora] as HeadlessPage[]) {
      expect(await page.take("scene")).toMatchObject(ENDED);
    }
    expect(await runTandem("end", server.dataDir, "--all")).toMatchObject({
      code: 0,
      stdout: "Nobody is on their way.\n",
    });
    const one = await runTandem("end", server.dataDir, "--participant", "dora");
    expect(one).toMatchObject({ code: 1, stdout: "dora: had ended before\n" });
    const next = await server.open("emil");
    expect(await next.take("scene")).toMatchObject({ kind: "start" });
  });

  it("ends somebody who is being screened, and the screening with it", async () => {
    const study = defineStudy({
      experimentId: "counting",
      title: "Counting together",
      scenes: counterScenes(),
      entryScreening: { maxPing: 100, minPingMeasurements: 1 },
    });
    const server = await StudyServer.start({ study });
    const page = await server.open("anna");
    const answer = await page.take("probe");
    expect(await runTandem("end", server.dataDir, "--all")).toMatchObject({ code: 0 });
    expect(await page.take("scene")).toMatchObject(ENDED);
    answer({ isHidden: false, episode: null, frame: null });
    await page.ask("report-ping", { sentAtMs: 0 });
    await server.running.idle();
    expect(await server.json("welcome", "anna_metadata.json")).toMatchObject({
      outcome: "researcher_ended",
    });
  });

  it("is for whoever has the token, which only the server's own user can read", async () => {
    const server = await StudyServer.start();
    const page = await server.open("anna");
    await page.take("scene");
    const path = server.path(".tandem-server.json");
    const { adminToken } = JSON.parse(await readFile(path, "utf8"));
    expect((await stat(path)).mode & 0o077).toBe(0);
    for (const token of [null, "", `${adminToken}x`]) {
      expect(await post(server, token, { subjectIds: null })).toMatchObject({ status: 401 });
    }
    for (const body of [{}, { subjectIds: "anna" }, { subjectIds: [7] }, null]) {
      expect(await post(server, adminToken, body)).toMatchObject({ status: 400 });
    }
    expect(await page.ask("report-ping", { sentAtMs: 0 })).toMatchObject({ ok: true });
    await page.goOn(await server.open("ben").then((other) => other.take("scene")));
  });

  it("says in one sentence what a killed server left of itself", async () => {
    const server = await StudyServer.start();
    const path = server.path(".tandem-server.json");
    const note = JSON.parse(await readFile(path, "utf8"));
    const end = () => runTandem("end", server.dataDir, "--all");
    for (const [left, said] of [
      [{ ...note, url: "http://127.0.0.1:1" }, /^The server at \S+ does not answer; .*\n$/],
      [{ ...note, adminToken: "of another" }, /^The server at \S+ refused \(401\); .*\n$/],
      [{ url: note.url }, /^A \.tandem-server\.json is not one that a server wrote; .*\n$/],
    ] as const) {
      await writeFile(path, JSON.stringify(left));
      expect(await end()).toMatchObject({ code: 2, stderr: expect.stringMatching(said) });
    }
  });

  it("ends with 2 where no server runs, and for what it is not told", async () => {
    const server = await StudyServer.start();
    const { dataDir } = server;
    expect(await runTandem("end", dataDir)).toMatchObject({ code: 2 });
    await server.stop();
    const stopped = await runTandem("end", dataDir, "--all");
    expect(stopped).toMatchObject({ code: 2 });
    expect(stopped.stderr).toMatch(/^No server is running on the data in /);
  });
});
