export { openState, STATE_VERSION, type StateFolder } from "./state.ts";
export { type Keeping, ProjectWorkspace, type Recovery } from "./workspace.ts";
