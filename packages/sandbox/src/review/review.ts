import type {
  BlameLine,
  ChangeSet,
  CommitOptions,
  CommitResult,
  DiscardResult,
  LogEntry,
  RefreshOptions,
  RefreshResult,
  RestoreResult,
  ReviewedChange,
  Selection,
  Snapshot,
  UndoResult,
} from "@shadowbox/workspace";
import type { SnapshotDiff } from "../types.ts";

/** Review of a project's shadow, commit and undo. */
export interface Review {
  changes(paths?: readonly Selection[]): ChangeSet;
  review(paths?: readonly Selection[]): ReviewedChange[];
  diff(paths?: readonly Selection[]): Uint8Array;
  commit(options: CommitOptions): CommitResult;
  discard(paths?: readonly Selection[]): DiscardResult;
  undo(): UndoResult;
  /** Absent, with all below: not where this project is. */
  redo?(): UndoResult;
  refresh?(options: RefreshOptions): RefreshResult;
  snapshot?(name?: string): number;
  snapshotList?(): readonly Snapshot[];
  between?(from: number, to: number): SnapshotDiff;
  restore?(id: number, paths?: readonly string[]): RestoreResult;
  blame?(path: string): BlameLine[];
  noteExec(script: string, status: number): void;
  log(): readonly LogEntry[];
}
