/** What a command says to whoever typed it, and how it ends when it cannot use what it was given. */
import { DataError } from "./store/data-folder.ts";

/** Something the person at the keyboard has to put right. */
export const EXIT_UNUSABLE = 2;

/** One line on stdout. */
export function say(line: string): void {
  process.stdout.write(`${line}\n`);
}

/** One sentence and exit code 2 for what the person at the keyboard can put right. */
export async function orSentence(act: () => Promise<void>): Promise<void> {
  try {
    await act();
  } catch (error) {
    if (!(error instanceof DataError)) throw error;
    process.stderr.write(`${error.message}\n`);
    process.exitCode = EXIT_UNUSABLE;
  }
}
