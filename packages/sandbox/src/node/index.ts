import type { Sandbox, SandboxOptions } from "../types.ts";
import { openNodeSandbox } from "./open.ts";

export type { ImageEntry } from "@shadowbox/vfs";
export { SandboxError, type SandboxErrorCode } from "../errors.ts";
export { type Exchange, exchangesOf, toHar } from "../net/har.ts";
export type {
  BlameLine,
  ChangeFacts,
  ChangeSet,
  CommitOptions,
  CommitResult,
  Conflict,
  DiscardResult,
  ExecOptions,
  ExecResult,
  FileFacts,
  LimitReached,
  Limits,
  LogEntry,
  NetEvent,
  NetLimits,
  NetPolicy,
  NetRule,
  NetSecret,
  NetworkOptions,
  PythonOptions,
  PythonResult,
  RefreshOptions,
  RefreshResult,
  Resolution,
  RestoreResult,
  Sandbox,
  SandboxEvent,
  SandboxFs,
  SandboxOptions,
  Selected,
  Selection,
  Snapshot,
  SnapshotDiff,
  UndoResult,
} from "../types.ts";
export { officialFolder } from "./commands.ts";
export type { WasiFolder } from "./wasi/folders.ts";
export { runWasi } from "./wasi/run.ts";
export type { WasiRunOptions, WasiRunResult } from "./wasi/types.ts";

/**
 * Opens a sandbox. With `project` and `state`, what earlier runs left in the shadow is there again. Throws SandboxError
 * (`project`, `engine`), WorkspaceError (`locked`, `state`), VfsError (`newer-format`, `corrupt`) and BundleError for a registry that
 * does not verify.
 */
export async function openSandbox(options: SandboxOptions = {}): Promise<Sandbox> {
  return openNodeSandbox(options);
}
