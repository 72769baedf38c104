import type { Selection } from "./changes/select.ts";
import type { ChangeFacts, ChangeSet } from "./changes/types.ts";

/**
 * What to do with a path that the user changed since the box saw it. `theirs`: the box's version wins; `ours`: the project's
 * stays and the box's change goes; `skip`: both stay as they are.
 */
export type Resolution = "theirs" | "ours" | "skip";

export interface Conflict {
  path: string;
  /** What happened to it in the project since the box saw it. */
  reason: "changed" | "deleted" | "created";
  resolution?: Resolution;
}

/** What to commit. */
export interface CommitOptions {
  /** Files, folders and hunks of files, relative to the project; default everything. */
  paths?: readonly Selection[];
  /** What to do with paths that the user changed meanwhile; without an answer the commit is refused. */
  conflicts?: Readonly<Record<string, Resolution>>;
  /** The answer for every conflict not named in `conflicts`. */
  onConflict?: Resolution;
  /** Paths that may be written although they can run code on the user's machine ({@link ChangeFacts.flag}); true: all. */
  allowRisky?: boolean | readonly string[];
  /** Only say what would be done; a conflict without an answer, or a risk without a yes, is no error then. */
  dryRun?: boolean;
}

export interface CommitResult {
  /** Number of the commit; absent for a dry run or when there was nothing to do. */
  id?: string;
  /** What was, or would be, written to the project. */
  changes: ChangeSet;
  /** Conflicting paths and what was done with them. */
  conflicts: Conflict[];
}

/** The commit that was taken back or done again, and its paths. */
export interface UndoResult {
  id: string;
  paths: string[];
}

export interface DiscardResult {
  paths: string[];
}

/** One operation on a workspace. */
export interface LogEntry {
  /** ISO 8601, UTC. */
  time: string;
  operation: "exec" | "commit" | "undo" | "redo" | "discard";
  user: string;
  paths: string[];
  /** Of a commit, undo or redo: its number. */
  transaction?: string;
  /** Of an exec: the script and its status. */
  script?: string;
  status?: number;
}
