import type { CommitResult, FileFacts, ImageEntry, LogEntry, SandboxErrorCode } from "@shadowbox/sandbox";

/** What the page asks of the worker that holds the sandbox. */
export interface Runtime {
  /** Opens what the browser keeps under this name; waits for its turn where another tab has it. */
  open(state: string, registry: string): Opened;
  /** Puts a project in the place of what was kept. */
  start(files: readonly ImageEntry[]): Opened;
  exec(script: string): ExecEnd;
  /** Kills the script that runs. */
  stop(): void;
  list(path: string): ListedFile[];
  read(path: string): Uint8Array;
  write(path: string, bytes: Uint8Array): void;
  changes(): CommitResult["changes"];
  diff(paths?: readonly string[]): Uint8Array;
  commit(paths?: readonly string[]): CommitResult;
  discard(paths?: readonly string[]): { paths: string[] };
  undo(): { id: string; paths: string[] };
  log(): readonly LogEntry[];
  bundles(): CommandFacts[];
  /** What differs between the project, as commits left it, and the files of these digests. */
  projectChanges(known: ReadonlyMap<string, string>): ProjectChanges;
  /** All files of the workspace as they are now. */
  files(): ImageEntry[];
}

export interface Opened {
  hasProject: boolean;
  workspaceDir: string;
  /** Name of what is kept; another project has another. */
  state: string;
}

export interface ProjectChanges {
  put: ImageEntry[];
  /** Paths of files that are no more. */
  gone: string[];
}

export interface ExecEnd {
  status: number;
  signal?: string;
  durationMs: number;
  /** Where the shell is afterwards. */
  cwd: string;
}

export interface ListedFile extends Pick<FileFacts, "type" | "size"> {
  name: string;
}

/** A command and the verified bundle that brings it. */
export interface CommandFacts {
  name: string;
  bundle: string;
  version: string;
  size: number;
  capabilities: string[];
}

export type Method = keyof Runtime;

export interface Request {
  id: number;
  method: Method;
  args: unknown[];
}

/** What the worker says. */
export type Message =
  | { type: "result"; id: number; value: unknown }
  | { type: "error"; id: number; message: string; code?: SandboxErrorCode | string }
  | { type: "output"; bytes: Uint8Array }
  /** Another tab has the state: this one waits. */
  | { type: "waiting" };
