import type { SandboxFactory, Sandbox as SandboxType } from "../types.ts";
import { createNodeSandbox } from "./open.ts";

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
export { officialFolder } from "./commands.ts";
export { readRecording, recordingFile } from "./recording-file.ts";
export { type RelayOptions, relayListener } from "./relay.ts";
export type { WasiFolder } from "./wasi/folders.ts";
export { runWasi } from "./wasi/run.ts";
export type { WasiRunOptions, WasiRunResult } from "./wasi/types.ts";
export { findWasmtime } from "./wasmtime/find.ts";

export type Sandbox = SandboxType;

/** Makes sandboxes. With `project` and `state`, what earlier runs left in the shadow is there again. */
export const Sandbox: SandboxFactory = {
  create: async (options = {}) => createNodeSandbox(options),
};
