export { collectChanges } from "./changes/collect.ts";
export { describeChanges } from "./changes/facts.ts";
export { selectChanges } from "./changes/select.ts";
export { discardAll, discardChange, type Shadow, settleShadow } from "./changes/settle.ts";
export type { Change, ChangeFacts, ChangeSet, Side } from "./changes/types.ts";
export { diffHunks, type Hunk, type HunkLine, isBinary } from "./diff/hunks.ts";
export { printChange, printPatch } from "./diff/patch.ts";
export { WorkspaceError, type WorkspaceErrorCode } from "./errors.ts";
