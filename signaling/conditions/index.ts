/** The door of the conditions: read a file's text, expand it, walk participants through it. */
export type { Assigned, Assignment } from "./expansion/assignment.ts";
export { Conditions, type Expansion } from "./expansion/conditions.ts";
export { ConditionsError, type ConditionsFault, PythonError } from "./expansion/error.ts";
export type { Draw } from "./expansion/python-random.ts";
export { jsonText } from "./expansion/python-text.ts";
export { plainOf, type Table, type Value } from "./expansion/value.ts";
export {
  Experiment,
  type ExperimentOptions,
  type ExperimentState,
  type ParticipantState,
  UnknownParticipantError,
} from "./experiment.ts";
