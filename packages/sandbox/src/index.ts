import { SandboxError } from "./errors.ts";
import type { Sandbox, SandboxOptions } from "./types.ts";

export type { ImageEntry } from "@shadowbox/vfs";
export { SandboxError, type SandboxErrorCode } from "./errors.ts";
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
} from "./types.ts";

/**
 * Opens a sandbox. The package's export conditions `node` and `browser` put the host's own in this one's place; it is what is
 * left where there is neither: SandboxError `engine`.
 */
export async function openSandbox(_options: SandboxOptions = {}): Promise<Sandbox> {
  throw new SandboxError("engine", "open sandbox: expected Node or a browser, got another host");
}
