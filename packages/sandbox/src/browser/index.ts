import type { Sandbox, SandboxOptions } from "../types.ts";
import { openBrowserSandbox } from "./open.ts";

export type { ImageEntry } from "@shadowbox/vfs";
export { SandboxError, type SandboxErrorCode } from "../errors.ts";
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
export { listTree } from "./list.ts";
export { projectFiles } from "./project.ts";
export { runWasi, type WasiRunOptions, type WasiRunResult } from "./wasi.ts";

/**
 * Opens a sandbox in a cross-origin isolated page, or in a worker of one. `registry` is an address, default `registry/`
 * beside the caller. Throws SandboxError `engine` (no shared memory), `invalid` and BundleError for a registry that cannot be had or
 * does not verify.
 */
export async function openSandbox(options: SandboxOptions = {}): Promise<Sandbox> {
  return openBrowserSandbox(options);
}
