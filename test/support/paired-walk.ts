/** Two headless participants from the link to the code. */
import type { GameStart, SceneView } from "../../signaling/protocol.ts";
import type { HeadlessPage } from "./headless-page.ts";
import { StudyServer, type StudyServerOptions } from "./study-server.ts";

export type { GameStart } from "../../signaling/protocol.ts";

export interface PairedGame {
  readonly pages: readonly [HeadlessPage, HeadlessPage];
  readonly starts: readonly [GameStart, GameStart];
}

/** Brings two participants into one running game; the first is player 0. */
export async function startPair(server: StudyServer, subjects: readonly [string, string]) {
  const first = await server.open(subjects[0]);
  const second = await server.open(subjects[1]);
  const scenes = [await first.walkToPairedScene(), await second.walkToPairedScene()] as const;
  await first.ask("join-waitroom", { visitId: scenes[0].visitId });
  await second.ask("join-waitroom", { visitId: scenes[1].visitId });
  const starts = [await first.take("game-start"), await second.take("game-start")] as const;
  const pair: PairedGame = { pages: [first, second], starts };
  return pair;
}

export async function walkTwo(subjects: readonly [string, string], options?: StudyServerOptions) {
  const { server, stop } = await StudyServer.startForSuite(options);
  const { pages, starts } = await startPair(server, subjects);
  const surveys = await Promise.all(pages.map((page, i) => page.playGame(starts[i as 0 | 1])));
  const endings: SceneView[] = [];
  for (const [i, page] of pages.entries()) {
    const answers = { scale_0: 4, text_box: `by ${page.subjectId}` };
    endings.push(await page.goOn(surveys[i] as SceneView, answers));
  }
  return { server, starts, endings, stop };
}
