/** Runs what a researcher wrote: awaited, for a limited time, and never in the way when it fails. */
import { z } from "zod";
import type { Clock } from "./clock.ts";

export type CallbackResult<T> =
  | { readonly kind: "answered"; readonly value: T }
  /** Thrown, late, or an answer of another shape; `detail` is one sentence. */
  | { readonly kind: "failed"; readonly detail: string };

const CALLBACK_LIMIT_MS = 5_000;

const message = z.string().nullish();
export const entryDecisionSchema = z.object({ exclude: z.boolean(), message });
export const continuousDecisionSchema = z.object({
  exclude: z.boolean(),
  warn: z.boolean().optional(),
  message,
});

/** Never rejects. */
export function runCallback<T>(
  call: () => unknown,
  schema: z.ZodType<T>,
  clock: Clock,
): Promise<CallbackResult<T>> {
  return new Promise((resolve) => {
    const fail = (detail: string) => resolve({ kind: "failed", detail });
    const cancel = clock.after(CALLBACK_LIMIT_MS, () =>
      fail(`The callback gave no answer within ${CALLBACK_LIMIT_MS} ms.`),
    );
    Promise.resolve()
      .then(call)
      .then(
        (value) => {
          const parsed = schema.safeParse(value);
          if (parsed.success) return resolve({ kind: "answered", value: parsed.data });
          const issue = parsed.error.issues[0];
          fail(`The callback's answer is of another shape: ${issue?.path} ${issue?.message}.`);
        },
        (error: unknown) => fail(`The callback threw: ${String(error)}`),
      )
      .finally(cancel);
  });
}
