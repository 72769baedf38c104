export type { LogEntry } from "./log.ts";
export type { Conflict, Resolution } from "./plan.ts";
export { openState, STATE_VERSION, type StateFolder } from "./state.ts";
export type { StepHook } from "./transaction.ts";
export {
  type CommitOptions,
  type CommitResult,
  type DiscardResult,
  ProjectWorkspace,
  type UndoResult,
} from "./workspace.ts";
