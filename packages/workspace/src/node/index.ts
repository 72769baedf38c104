export { type LeftOut, LeftOutList } from "./left-out.ts";
export { openProject, type ProjectPlace, placeOf } from "./project.ts";
export { systemReason } from "./reason.ts";
export { openState, STATE_VERSION, type StateFolder } from "./state.ts";
export { type Keeping, ProjectWorkspace, type Recovery } from "./workspace.ts";
