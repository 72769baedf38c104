export { openState, STATE_VERSION, type StateFolder } from "./state.ts";
export type { StepHook } from "./transaction.ts";
export { ProjectWorkspace } from "./workspace.ts";
