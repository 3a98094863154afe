/** The door of the conditions: read a file's text, expand it, walk participants through it. */
export type { Assigned, Assignment } from "./assignment.ts";
export { Conditions, type Expansion } from "./conditions.ts";
export { ConditionsError, type ConditionsFault, PythonError } from "./error.ts";
export {
  Experiment,
  type ExperimentOptions,
  type ExperimentState,
  type ParticipantState,
  UnknownParticipantError,
} from "./experiment.ts";
export type { Draw } from "./python-random.ts";
export { jsonText } from "./python-text.ts";
export { plainOf, type Table, type Value } from "./value.ts";
