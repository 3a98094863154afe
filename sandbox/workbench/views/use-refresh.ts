/** Renders a view again a few times a second. */
import { useEffect, useReducer } from "preact/hooks";
import type { Workbench } from "../workbench.ts";

export function useRefresh(workbench: Workbench): void {
  const [, again] = useReducer((count: number) => count + 1, 0);
  useEffect(() => workbench.onRefresh(() => again(undefined)), [workbench]);
}
