/** Before any test: the pages are built once, for all of them. */
import { buildPage } from "../../signaling/page-build.ts";

export default async function setUp(): Promise<void> {
  await buildPage(() => {});
}
