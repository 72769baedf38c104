import type { Capability, CommandEntry, Lock, TrustRoot } from "@shadowbox/bundle";
import type { ImageEntry } from "@shadowbox/vfs";
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
import type { NetEvent, NetworkOptions } from "./net/session.ts";

export type {
  BetweenOptions,
  BlameLine,
  CallOrigin,
  ChangeFacts,
  ChangeSet,
  CommitOptions,
  CommitResult,
  Conflict,
  DiscardResult,
  LogEntry,
  OutsideFile,
  PatchOptions,
  RefreshOptions,
  RefreshResult,
  Resolution,
  RestoreResult,
  ReviewedChange,
  ReviewHunk,
  ReviewLine,
  Selected,
  Selection,
  Snapshot,
  Span,
  UndoResult,
} from "@shadowbox/workspace";
export type { NetLimits, NetPolicy, NetRule } from "./net/policy.ts";
export type { NetSecret } from "./net/secrets.ts";
export type { NetAnswer, NetEvent, NetQuestion, NetworkOptions } from "./net/session.ts";

/** Which engine runs the programs; `auto` picks one and says which in {@link Sandbox.engine}. */
export type EngineName = "v8" | "wasmtime";

/**
 * Files of a project in memory, by path relative to it (mode 0644), or with all their facts; folders above a file need no entry of
 * their own.
 */
export type ProjectFiles = Readonly<Record<string, string | Uint8Array>> | readonly ImageEntry[];

/** Files that several sandboxes lie over, as `baseOf` makes them; structured-clonable. */
export interface Base {
  readonly image: SharedArrayBuffer;
}

/**
 * What a sandbox is made of. Everything is optional. At most one of `project`, `files` and `base` is what the shadow starts from;
 * without one it is empty, and there is nothing to compare with or to commit to.
 */
export interface SandboxOptions {
  /** Absolute path of the project folder; read lazily, written by `commit` and `undo` only, which need a `state`. Node. */
  project?: string;
  /** The project itself, in memory: `commit` changes it there, see `projectFiles`. In a browser a `state` that has one keeps its own. */
  files?: ProjectFiles;
  /** A project that is shared with other sandboxes and never changes; `commit` refuses. */
  base?: Base;
  /**
   * Folder that keeps shadows between runs, one subfolder per project; in a browser the name of a folder in the origin's private
   * file system, in workers only. Absent: nothing is kept.
   */
  state?: string;
  /** Default `auto`. */
  engine?: "auto" | EngineName;
  /** Path of the `wasmtime` binary; default: SHADOWBOX_WASMTIME, PATH, the user's cache. Node. */
  wasmtime?: string;
  /** Folder (in a browser: address) of the registry that commands come from; default: the official one shipped with the package. */
  registry?: string;
  /** Folders of further registries, each with the root that its user trusts. Node. */
  registries?: readonly { readonly folder: string; readonly trust: TrustRoot }[];
  /** Exact versions and digests of bundles (`shadowbox.lock`); the box gets these and no other. Default: the newest that are installed. Node. */
  lock?: Lock;
  /** Names of the bundles whose commands and files the box gets; default all of the registry's. `bash` and `sh` are always there. */
  bundles?: readonly string[];
  /** Names of bundles that the box does not get. */
  denyBundles?: readonly string[];
  /** Capabilities that no command gets in this box, whatever its manifest asks for. */
  denyCapabilities?: readonly Capability[];
  /** Folder for decompressed, verified modules; default: a private one under `state`, else none. */
  cacheDir?: string;
  /** Folder with the optional bundles that `bringBundle` brought; default: the box has none. Node. */
  broughtDir?: string;
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
  net?: NetworkOptions;
  /** Called for what an audit wants to see, in order. Must not throw. */
  onEvent?(event: SandboxEvent): void;
}

/** What a fork has of its own; default what the sandbox has. */
export type ForkOptions = Pick<SandboxOptions, "net" | "limits" | "onEvent">;

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
  /**
   * Sends SIGINT to all that the call runs when aborted, as Ctrl-C at a terminal: Python raises KeyboardInterrupt. With `session` the
   * shell itself lives on: the call ends with 130, and what it had done to variables, functions and the directory stays.
   */
  interrupt?: AbortSignal;
  /** `$1`, `$2` … */
  args?: readonly string[];
  /** `$0`; default `bash`. */
  argv0?: string;
  /** The agent's session and turn that make the call, for its snapshot. */
  origin?: CallOrigin;
  /** stderr goes where stdout goes, in true order. */
  combine?: boolean;
  /**
   * Whether programs are to take stdout, stderr and stdin for a person's terminal, as for curl's meter; v8. Default: none. Where stdin
   * is one, the result tells what of it nobody read.
   */
  terminal?: readonly [stdout: boolean, stderr: boolean, stdin?: boolean];
  /** Bytes kept per stream; default {@link Limits.outputBytes}. */
  maxOutputBytes?: number;
  /** Output as it comes. Programs wait for a promise that it returns: a slow reader is not flooded. */
  onStdout?(bytes: Uint8Array): unknown;
  onStderr?(bytes: Uint8Array): unknown;
}

/** A call that changed files without running a program. */
export interface FileCall {
  /** What it was, as a person reads it, such as `Edit src/main.c`. */
  script: string;
  origin?: CallOrigin;
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
    | "interrupt"
    | "combine"
    | "maxOutputBytes"
    | "origin"
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
  /** Where stdin was to be a terminal: what of it nobody read. */
  unread?: Uint8Array;
}

/** A piece of output, as it comes. */
export interface OutputChunk {
  stream: "stdout" | "stderr";
  bytes: Uint8Array;
}

/**
 * Something that runs: await it for how it ended, or iterate at once over its output; leaving the loop kills it, and what came before
 * the iteration began is not in it.
 */
export interface Execution<R extends ExecResult = ExecResult>
  extends Promise<R>,
    AsyncIterable<OutputChunk> {}

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
  /** As text; bytes that are no UTF-8 become U+FFFD. */
  readFile(path: string, encoding: "utf8"): string;
  /** Missing parent directories are made. `mode` default 0o644. */
  writeFile(path: string, data: Uint8Array | string, mode?: number): void;
  /** `mode` default 0o755. `recursive`: those above are made too, and it may be there already. */
  mkdir(path: string, options?: { mode?: number; recursive?: boolean }): void;
  /** Replaces a file that is there. */
  rename(from: string, to: string): void;
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
  /** `force`: it need not be there. */
  rm(path: string, options?: { recursive?: boolean; force?: boolean }): void;
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

/** What `Sandbox` is as a value. */
export interface SandboxFactory {
  /**
   * Makes a sandbox, or opens what a `state` kept of it. Throws SandboxError `invalid`, `engine` (the host lacks what it needs),
   * `project`, `state`; WorkspaceError `locked`, `state`; VfsError `newer-format`, `corrupt`; BundleError for a registry that cannot be had or does
   * not verify.
   */
  create(options?: SandboxOptions): Promise<Sandbox>;
}

/** A box: a shadow of a project in which programs run. `await using` closes it. */
export interface Sandbox extends AsyncDisposable {
  readonly engine: EngineName;
  readonly workspaceDir: string;
  /** Whether there is something to compare with; without it, changes, review, diff and commit refuse (`invalid`). */
  readonly hasProject: boolean;
  readonly fs: SandboxFs;
  /** Another number after each change of a file: what was read of the box at one is still so at the same. */
  readonly revision: number;
  /** Runs a bash script to its end. One at a time per sandbox; further calls wait. */
  exec(script: string, options?: ExecOptions): Execution;
  /**
   * Runs Python code to its end and echoes its last expression, as a notebook does; `await` is allowed at top level. Shares the
   * turn with exec. Throws SandboxError `invalid` when no bundle brings `python3`.
   */
  python(code: string, options?: PythonOptions): Execution<PythonResult>;
  /**
   * Writes what changed in the box to where it is kept, as the end of every exec does: for changes made through `fs`. With `call`
   * they become a snapshot that names it.
   */
  flush(call?: FileCall): void;
  /** What differs from the project. */
  changes(paths?: readonly Selection[]): ChangeSet;
  /** Unified diff in git's format of the whole change set, or of what lies at or below `paths`. Bytes: files may hold any. */
  diff(paths?: readonly Selection[], options?: PatchOptions): Uint8Array;
  /**
   * The same as data for a reviewer: hunks with `context` lines around each (default 3), the words that differ in each line, and the
   * call that wrote it. To pick from: `commit({ paths: [{ path, hunks: [0, 2] }] })`.
   */
  review(paths?: readonly Selection[], context?: number): readonly ReviewedChange[];
  /** Writes changes to the project, all or nothing. Refuses (`invalid`) over a base, or a project without a `state`. */
  commit(options?: CommitOptions): Promise<CommitResult>;
  /** Takes changes back in the box. */
  discard(paths?: readonly Selection[]): Promise<DiscardResult>;
  /** Takes the last commit back in the project; the box has its changes again. */
  undo(): Promise<UndoResult>;
  /** Does the last commit that was taken back again. Not over a base. */
  redo(): Promise<UndoResult>;
  log(): readonly LogEntry[];
  /**
   * Brings the user's newer edits of the project into the box: three-way merges where both changed a file. Files in
   * memory have those that `outside` tells of: undo takes back no commit that wrote one of them before.
   */
  refresh(options?: RefreshOptions): Promise<RefreshResult>;
  /** Notes how the box is now, and gives the number for `restore`; each call that changes something does so by itself. Not over a base. */
  snapshot(name?: string): Promise<number>;
  /** One for each call that changed something, and those with a name, oldest first. Not over a base. */
  snapshots(): readonly Snapshot[];
  /** What the calls after snapshot `from` (0: before the first) up to `to` changed in the box. Not over a base. */
  between(from: number, to: number, options?: BetweenOptions): SnapshotDiff;
  /** Makes the box as it was after a snapshot (0: before the first), at and below `paths`, default everywhere. Not over a base. */
  restore(id: number, paths?: readonly string[]): Promise<RestoreResult>;
  /** Puts a file as its reviewer wants it into the box, as a snapshot of its own; the project is not touched. Not over a base. */
  edit(path: string, content: Uint8Array | string): Promise<void>;
  /**
   * Makes the changes of a patch (git's format, with binary files, or plain unified) in the box, all or none, as a snapshot; the project
   * is not touched. Not over a base. Throws WorkspaceError `invalid`.
   */
  importPatch(patch: Uint8Array): Promise<RestoreResult>;
  /** The project as the box sees it, at and below `paths` (default all but the `.git` of its root), as a tar archive. */
  exportTar(paths?: readonly string[]): Uint8Array;
  /** Which call wrote each line of a file of the box, relative to the workspace. Not over a base. */
  blame(path: string): readonly BlameLine[];
  /** Requests of programs and how they ended; with a `state` those of earlier runs too (Node). */
  netLog(): readonly NetEvent[];
  /**
   * Runs `action` so that it can be repeated: what the programs it starts, and its own calls of `fs`, are told of clocks and random
   * numbers is recorded (at most 256 KiB), or told again from `recording`. What jobs in the background do after it is left out, and so
   * are programs on the engine wasmtime. While another is under way `action` runs without one. Error: `invalid` for bytes that are no recording.
   */
  recorded<T>(
    action: () => Promise<T>,
    recording?: Uint8Array,
  ): Promise<{ result: T; recording?: Uint8Array }>;
  /**
   * An independent sandbox, not kept anywhere, that starts with a copy of this one's files: its memory grows with what the box
   * changed, the project is not copied. Shells, programs, snapshots and logs stay behind.
   */
  fork(options?: ForkOptions): Promise<Sandbox>;
  /** Installed commands by name. */
  commands(): ReadonlyMap<string, CommandEntry>;
  /** Commands that are not installed, by name, and the optional bundle that would bring each. Node. */
  optionalCommands(): ReadonlyMap<string, string>;
  /** Kills what runs, writes what is unwritten, lets go of the state's lock. */
  close(): Promise<void>;
}
