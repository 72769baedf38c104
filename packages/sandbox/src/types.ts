import type { CommandEntry, TrustRoot } from "@shadowbox/bundle";
import type { ImageEntry } from "@shadowbox/vfs";
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
  Selection,
  Snapshot,
  UndoResult,
} from "@shadowbox/workspace";
import type { NetEvent, NetworkOptions } from "./net/session.ts";

export type {
  BlameLine,
  ChangeFacts,
  ChangeSet,
  CommitOptions,
  CommitResult,
  Conflict,
  DiscardResult,
  LogEntry,
  RefreshOptions,
  RefreshResult,
  Resolution,
  RestoreResult,
  Selected,
  Selection,
  Snapshot,
  UndoResult,
} from "@shadowbox/workspace";
export type { NetLimits, NetPolicy, NetRule } from "./net/policy.ts";
export type { NetSecret } from "./net/secrets.ts";
export type { NetEvent, NetworkOptions } from "./net/session.ts";

/** Which engine runs the programs; `auto` picks one and says which in {@link Sandbox.engine}. */
export type EngineName = "v8" | "wasmtime";

/** What a sandbox is made of. Everything is optional: without `project` and `state` it is empty and in memory. */
export interface SandboxOptions {
  /** Absolute path of the project folder that the shadow starts from; read lazily, written by `commit` and `undo` only. Node. */
  project?: string;
  /** The project itself, where there are no folders; a `state` that has one already keeps its own. Browsers. */
  files?: readonly ImageEntry[];
  /**
   * Folder that keeps shadows between runs, one subfolder per project; in a browser the name of a folder in the origin's private
   * file system, in workers only. Absent: nothing is kept.
   */
  state?: string;
  /** Default `auto`. */
  engine?: "auto" | EngineName;
  /** Folder (in a browser: address) of the registry that commands come from; default: the official one shipped with the package. */
  registry?: string;
  /** Folders of further registries, each with the root that its user trusts. Node. */
  registries?: readonly { readonly folder: string; readonly trust: TrustRoot }[];
  /** Folder for decompressed, verified modules; default: a private one under `state`, else none. */
  cacheDir?: string;
  /** Where the project appears inside; default `/workspace`, `/` is allowed. */
  workspaceDir?: string;
  /**
   * Patterns in gitignore's syntax that the box does not see, besides those in the project's `.shadowboxignore`; kept with the state
   * until others are given. Node.
   */
  exclude?: readonly string[];
  /** Patterns of files that the box sees although they look like secrets (docs/state.md) or are excluded; kept likewise. Node. */
  include?: readonly string[];
  /** Open beside a writer, for `changes`, `diff` and `log` only: exec and commit refuse (`read-only`). */
  readOnly?: boolean;
  limits?: Partial<Limits>;
  /** What programs may ask of the network, and who asks for them (docs/network.md); default: nothing. */
  network?: NetworkOptions;
  /** Called for what an audit wants to see, in order. Must not throw. */
  onEvent?(event: SandboxEvent): void;
}

/** Bounds of one sandbox. */
export interface Limits {
  /** Linear memory of one process, bytes; default 1 GiB. */
  memoryBytes: number;
  /** Bytes of stdout and of stderr kept in the result of one exec each; default 64 MiB. */
  outputBytes: number;
  /** All files of the shadow together, bytes; default 2 GiB. */
  diskBytes: number;
}

/** One call of {@link Sandbox.exec}. */
export interface ExecOptions {
  /** Working directory inside; relative to the workspace; default the workspace. */
  cwd?: string;
  /** Variables added to the defaults (PATH, HOME, USER, LANG …). */
  env?: Readonly<Record<string, string>>;
  /** `env` replaces the defaults instead. */
  bareEnv?: boolean;
  /** Default: empty. */
  stdin?: Uint8Array | string | AsyncIterable<Uint8Array>;
  /** The script and all its processes are killed after this; default none. */
  timeoutMs?: number;
  /** Go on with the shell of the last call with `session`: variables, functions, options, directory; default false. */
  session?: boolean;
  /** Kills the script when aborted. */
  signal?: AbortSignal;
  /** `$1`, `$2` … */
  args?: readonly string[];
  /** `$0`; default `bash`. */
  argv0?: string;
  /** stderr goes where stdout goes, in true order. */
  combine?: boolean;
  /** Bytes kept per stream; default {@link Limits.outputBytes}. */
  maxOutputBytes?: number;
  onStdout?(bytes: Uint8Array): void;
  onStderr?(bytes: Uint8Array): void;
}

/** One call of {@link Sandbox.python}. */
export interface PythonOptions
  extends Pick<
    ExecOptions,
    | "cwd"
    | "env"
    | "bareEnv"
    | "timeoutMs"
    | "signal"
    | "combine"
    | "maxOutputBytes"
    | "onStdout"
    | "onStderr"
  > {
  /**
   * Go on with the interpreter of the last call with `session`: variables, imports and directory stay; `cwd`, `env` and `bareEnv`
   * count when it is started. A deadline, an abort or a crash ends it, and the next call starts another. Default false.
   */
  session?: boolean;
  /** Text that `sys.stdin` holds; default empty. */
  stdin?: string;
}

/** How Python code ended. `status` is 1 after an uncaught exception, and what `sys.exit` was given. */
export interface PythonResult extends ExecResult {
  /** `repr` of the last expression, which is in `stdout` too; absent when there was none or it was None. */
  value?: string;
  /** The call started its interpreter: nothing of earlier calls was there. */
  fresh: boolean;
}

/** How an exec ended. */
export interface ExecResult {
  /** Exit status as bash shows it: 0–255, 128 + n after signal n. */
  status: number;
  /** Name of the signal that ended the shell itself. */
  signal?: string;
  stdout: Uint8Array;
  stderr: Uint8Array;
  durationMs: number;
  timedOut: boolean;
  /** stdout or stderr was longer than what was kept. */
  truncated: boolean;
  /** Of a call with `session`: where its shell is now. */
  cwd?: string;
}

/** Facts of one file, as `fs.stat` gives them; `mode` with type bits, times in nanoseconds. */
export interface FileFacts {
  type: "file" | "directory" | "symlink" | "fifo" | "device" | "other";
  mode: number;
  size: number;
  nlink: number;
  ino: number;
  mtimeNs: bigint;
}

/** Files inside the sandbox, from the host. Synchronous; paths are absolute or relative to the workspace; throws SandboxError `file`. */
export interface SandboxFs {
  readFile(path: string): Uint8Array;
  /** Missing parent directories are made. `mode` default 0o644. */
  writeFile(path: string, data: Uint8Array | string, mode?: number): void;
  mkdir(path: string, mode?: number): void;
  symlink(target: string, path: string): void;
  link(existing: string, path: string): void;
  mkfifo(path: string, mode?: number): void;
  chmod(path: string, mode: number): void;
  utimes(path: string, mtimeNs: bigint): void;
  stat(path: string): FileFacts;
  lstat(path: string): FileFacts;
  readdir(path: string): string[];
  readlink(path: string): string;
  exists(path: string): boolean;
  rm(path: string, options?: { recursive?: boolean }): void;
}

/**
 * A bound that was reached: a program ended for want of memory, was refused a write, a descriptor or a process, or was
 * killed by its deadline; output was cut off.
 */
export type LimitReached = "memory" | "disk" | "files" | "processes" | "time" | "output";

/** Something that happened, for the audit. */
export type SandboxEvent =
  | { type: "exec-start"; script: string; cwd: string }
  | { type: "exec-end"; status: number; durationMs: number; timedOut: boolean }
  | { type: "limit"; limit: LimitReached }
  | { type: "notice"; message: string }
  | { type: "commit"; paths: readonly string[] }
  | { type: "undo" | "redo"; paths: readonly string[] }
  | NetEvent;

/** What changed between two snapshots; `patch` in git's format. */
export interface SnapshotDiff {
  changes: ChangeSet;
  patch: Uint8Array;
}

/** A box: a shadow of a project in which programs run. */
export interface Sandbox {
  readonly engine: EngineName;
  readonly workspaceDir: string;
  /** Whether there is a project to compare with and commit to; without one, changes, diff and commit refuse (`invalid`). */
  readonly hasProject: boolean;
  readonly fs: SandboxFs;
  /** Runs a bash script to its end. One at a time per sandbox; further calls wait. */
  exec(script: string, options?: ExecOptions): Promise<ExecResult>;
  /**
   * Runs Python code to its end and echoes its last expression, as a notebook does; `await` is allowed at top level. Shares the
   * turn with exec. Throws SandboxError `invalid` when no bundle brings `python3`.
   */
  python(code: string, options?: PythonOptions): Promise<PythonResult>;
  /** Writes what changed in the box to where it is kept, as the end of every call does: for changes made through `fs`. */
  flush(): void;
  /** What differs from the project. */
  changes(paths?: readonly Selection[]): ChangeSet;
  /** Unified diff in git's format of the whole change set, or of what lies at or below `paths`. Bytes: files may hold any. */
  diff(paths?: readonly Selection[]): Uint8Array;
  /** Writes changes to the project, all or nothing. */
  commit(options?: CommitOptions): Promise<CommitResult>;
  /** Takes changes back in the box. */
  discard(paths?: readonly Selection[]): Promise<DiscardResult>;
  /** Takes the last commit back in the project; the box has its changes again. */
  undo(): Promise<UndoResult>;
  /** Does the last commit that was taken back again. */
  redo(): Promise<UndoResult>;
  log(): readonly LogEntry[];
  /** Brings the user's newer edits of the project into the box: three-way merges where both changed a file. Node. */
  refresh(options?: RefreshOptions): Promise<RefreshResult>;
  /** One for each call that changed something, oldest first. Node. */
  snapshots(): readonly Snapshot[];
  /** What the calls after snapshot `from` (0: before the first) up to `to` changed in the box. Node. */
  between(from: number, to: number): SnapshotDiff;
  /** Makes the box as it was after a snapshot (0: before the first), at and below `paths`, default everywhere. Node. */
  restore(id: number, paths?: readonly string[]): Promise<RestoreResult>;
  /** Which call wrote each line of a file of the box, relative to the workspace. Node. */
  blame(path: string): readonly BlameLine[];
  /** Requests of programs and how they ended; with a `state` those of earlier runs too (Node). */
  netLog(): readonly NetEvent[];
  /** Installed commands by name. */
  commands(): ReadonlyMap<string, CommandEntry>;
  /** Kills what runs, writes what is unwritten, lets go of the state's lock. */
  close(): Promise<void>;
}
