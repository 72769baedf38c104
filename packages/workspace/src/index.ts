export { discardPicked, ownMoved, pathsOf, settledPaths, settleTransaction } from "./changes/after.ts";
export { answerFor } from "./changes/answers.ts";
export { collectChanges } from "./changes/collect.ts";
export { editFile } from "./changes/edit.ts";
export { describeChanges } from "./changes/facts.ts";
export { importPatch } from "./changes/import.ts";
export { planTakeIn } from "./changes/outside.ts";
export {
  type ReviewedChange,
  type ReviewHunk,
  type ReviewLine,
  reviewChange,
  type Writers,
} from "./changes/review.ts";
export { checkRisks } from "./changes/risks.ts";
export { type Picked, pickedChange, type Selected, type Selection, selectChanges } from "./changes/select.ts";
export { settleShadow } from "./changes/settle.ts";
export type { Shadow, View } from "./changes/shadow.ts";
export { type Change, type ChangeFacts, type ChangeSet, keepsContent, type Side } from "./changes/types.ts";
export { diffHunks, type Hunk, type HunkLine, isBinary } from "./diff/hunks.ts";
export { type PatchOptions, printChange, printPatch } from "./diff/patch.ts";
export { type Span, type WordChanges, wordChanges } from "./diff/words.ts";
export { WorkspaceError, type WorkspaceErrorCode } from "./errors.ts";
export { archiveOf } from "./export/archive.ts";
export { type HiddenWhy, type ImportFilter, type ImportRules, importFilter } from "./import/visibility.ts";
export type {
  BlameLine,
  CallOrigin,
  CommitOptions,
  CommitResult,
  Conflict,
  DiscardResult,
  LogEntry,
  OutsideFile,
  RefreshOptions,
  RefreshResult,
  Resolution,
  RestoreResult,
  Snapshot,
  UndoResult,
} from "./operations.ts";
export { type BetweenOptions, describeBetween } from "./snapshots/between.ts";
export { blameFile } from "./snapshots/blame.ts";
export { selectWithCalls, writersOf } from "./snapshots/by-call.ts";
export { KeptSnapshots } from "./snapshots/kept.ts";
export { restoreSnapshot } from "./snapshots/restore.ts";
export { Snapshots } from "./snapshots/snapshots.ts";
