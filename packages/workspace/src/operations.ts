import type { Selection } from "./changes/select.ts";
import type { ChangeFacts, ChangeSet } from "./changes/types.ts";

/**
 * What to do with a path that the user changed since the box saw it. `theirs`: the box's version wins; `ours`: the project's
 * stays and the box's change goes; `skip`: both stay as they are; `merge`: both sides' edits, in the box first: where they touch,
 * they stand between conflict markers in the box, and the project keeps its own.
 */
export type Resolution = "theirs" | "ours" | "skip" | "merge";

export interface Conflict {
  path: string;
  /** What happened to it in the project since the box saw it. */
  reason: "changed" | "deleted" | "created";
  /** Absent: no answer, or it cannot be merged. */
  resolution?: Resolution;
  /** Of a merge: places in the box's file that now stand between conflict markers. */
  marks?: number;
  /** The box moved the file unread, and its content is gone from the project: only `ours` and `skip` are answers. */
  lost?: boolean;
  /**
   * A folder that is to give way has this in the project, which the box does not see, or has not removed: only `ours` and `skip` are
   * answers.
   */
  holds?: string;
}

/** What to commit. */
export interface CommitOptions {
  /** Files, folders and hunks of files, relative to the project; default everything. */
  paths?: readonly Selection[];
  /** What to do with paths that the user changed meanwhile, by file or folder (`.`: all); without an answer the commit is refused. */
  conflicts?: Readonly<Record<string, Resolution>>;
  /** The answer for every conflict not named in `conflicts`. */
  onConflict?: Resolution;
  /** Paths that may be written although they can run code on the user's machine ({@link ChangeFacts.flag}); true: all. */
  allowRisky?: boolean | readonly string[];
  /**
   * Makes a git commit on this branch of the user's repository instead: project, work tree and index stay as they are, and so does the
   * box. Node.
   */
  gitBranch?: string;
  /** Message of the git commit; default the paths. */
  message?: string;
  /**
   * Default true. False: the result's counts of lines are 0 and `binary` is false, and nothing is read for them: of many files that
   * takes as long as the rest.
   */
  countLines?: boolean;
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
  /** Of a commit to a git branch: the branch, the commit's object name, and what was left out because git ignores it. */
  git?: { branch: string; commit: string; ignored: string[] };
}

/** The commit that was taken back or done again, and its paths. */
export interface UndoResult {
  id: string;
  paths: string[];
}

/** What bringing the user's newer edits into the box came to. */
export interface RefreshResult {
  /** Paths that both changed: merged, answered otherwise, or (without `resolution`) left as they were. */
  conflicts: Conflict[];
}

/** How to bring the user's newer edits into the box. */
export interface RefreshOptions {
  paths?: readonly Selection[];
  /** Answers by file or folder. */
  conflicts?: Readonly<Record<string, Resolution>>;
  /** The answer for other paths that both changed; default `merge`. */
  onConflict?: Resolution;
  /**
   * Of a project in memory: files as they are now where it came from. The box, which cannot look there, takes those in; `paths` does
   * not count then.
   */
  outside?: readonly OutsideFile[];
}

/** A file as it is where a project came from. */
export interface OutsideFile {
  path: string;
  /** Absent: it is gone. */
  bytes?: Uint8Array;
  /** Nanoseconds; default now. */
  mtimeNs?: bigint;
}

/** The box as it was after a call. */
export interface RestoreResult {
  paths: string[];
}

/** A snapshot: what one call changed in the box. */
export interface Snapshot {
  id: number;
  /** ISO 8601, UTC. */
  time: string;
  operation: LogEntry["operation"];
  /** The call's; of a snapshot that was asked for its name. */
  script?: string;
  /** The agent's session that the call was made in, and its turn. */
  session?: string;
  turn?: number;
  paths: string[];
}

/** Where a call comes from. */
export interface CallOrigin {
  /** The agent's session. */
  session: string;
  /** The session's turn, counted from 1. */
  turn?: number;
}

/** A line of a file and what wrote it last. */
export interface BlameLine {
  /** The line, with its end. */
  text: Uint8Array;
  /** The call's snapshot; absent: it is the project's. */
  snapshot?: Snapshot;
}

export interface DiscardResult {
  paths: string[];
}

/** One operation on a workspace. */
export interface LogEntry {
  /** ISO 8601, UTC. */
  time: string;
  operation:
    | "exec"
    | "commit"
    | "undo"
    | "redo"
    | "discard"
    | "refresh"
    | "restore"
    | "edit"
    | "import"
    | "snapshot";
  user: string;
  paths: string[];
  /** Of a commit, undo or redo: its number. */
  transaction?: string;
  /** Of a commit to a git branch: branch and object name. */
  git?: { branch: string; commit: string };
  /** Of what changed the box: the snapshot taken after it. */
  snapshot?: number;
  /** Of an exec: the script and its status. */
  script?: string;
  status?: number;
}
