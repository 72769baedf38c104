import type { SandboxFactory, Sandbox as SandboxType } from "../types.ts";
import { createBrowserSandbox } from "./open.ts";

export type { ImageEntry } from "@shadowbox/vfs";
export { SandboxError, type SandboxErrorCode } from "../errors.ts";
export { missingCommands } from "../missing.ts";
export { describeNetwork, type NetworkFact } from "../net/describe.ts";
export { type Exchange, exchangesOf, toHar } from "../net/har.ts";
export { type NetRecorder, NetRecording, type RecordedExchange } from "../net/recording.ts";
export { baseOf, projectFiles } from "../project.ts";
export type {
  Base,
  BlameLine,
  CallOrigin,
  ChangeFacts,
  ChangeSet,
  CommitOptions,
  CommitResult,
  Conflict,
  DiscardResult,
  EngineName,
  ExecOptions,
  ExecResult,
  Execution,
  FileCall,
  FileFacts,
  ForkOptions,
  LimitReached,
  Limits,
  LogEntry,
  NetAnswer,
  NetEvent,
  NetLimits,
  NetPolicy,
  NetQuestion,
  NetRule,
  NetSecret,
  NetworkOptions,
  OutputChunk,
  PatchOptions,
  ProjectFiles,
  PythonOptions,
  PythonResult,
  RefreshOptions,
  RefreshResult,
  Resolution,
  RestoreResult,
  ReviewedChange,
  ReviewHunk,
  ReviewLine,
  SandboxEvent,
  SandboxFactory,
  SandboxFs,
  SandboxOptions,
  Selected,
  Selection,
  Snapshot,
  SnapshotDiff,
  Span,
  UndoResult,
} from "../types.ts";
export { listTree } from "./list.ts";
export { prepareSandbox } from "./open.ts";
export { runWasi, type WasiRunOptions, type WasiRunResult } from "./wasi.ts";

export type Sandbox = SandboxType;

/** Makes sandboxes in a cross-origin isolated page, or in a worker of one. `registry` is an address, default `registry/` beside the caller. */
export const Sandbox: SandboxFactory = {
  create: async (options = {}) => createBrowserSandbox(options),
};
