import type {
  BetweenOptions,
  BlameLine,
  CallOrigin,
  ChangeSet,
  CommitOptions,
  CommitResult,
  DiscardResult,
  LogEntry,
  PatchOptions,
  RefreshOptions,
  RefreshResult,
  RestoreResult,
  ReviewedChange,
  Selection,
  Snapshot,
  UndoResult,
} from "@shadowbox/workspace";
import type { FileCall, SnapshotDiff } from "../types.ts";

/** Review of a project's shadow, commit and undo. */
export interface Review {
  changes(paths?: readonly Selection[]): ChangeSet;
  review(paths?: readonly Selection[], context?: number): ReviewedChange[];
  diff(paths?: readonly Selection[], options?: PatchOptions): Uint8Array;
  commit(options: CommitOptions): CommitResult;
  discard(paths?: readonly Selection[]): DiscardResult;
  undo(): UndoResult;
  /** Absent, with all below: not where this project is. */
  redo?(): UndoResult;
  refresh?(options: RefreshOptions): RefreshResult;
  snapshot?(name?: string): number;
  snapshotList?(): readonly Snapshot[];
  between?(from: number, to: number, options?: BetweenOptions): SnapshotDiff;
  restore?(id: number, paths?: readonly string[]): RestoreResult;
  blame?(path: string): BlameLine[];
  edit?(path: string, content: Uint8Array): RestoreResult;
  importPatch?(patch: Uint8Array): RestoreResult;
  exportTar(paths?: readonly string[]): Uint8Array;
  noteEdit?(call: FileCall): void;
  noteExec(script: string, status: number, origin?: CallOrigin): void;
  log(): readonly LogEntry[];
}
