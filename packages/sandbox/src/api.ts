// What the package exports for every host.
export type { ImageEntry } from "@shadowbox/vfs";
export { completions } from "./completions.ts";
export { SandboxError, type SandboxErrorCode } from "./errors.ts";
export { missingCommands } from "./missing.ts";
export { describeNetwork, type NetworkFact } from "./net/describe.ts";
export { type Exchange, exchangesOf, toHar } from "./net/har.ts";
export { type NetRecorder, NetRecording, type RecordedExchange } from "./net/recording.ts";
export { baseOf, projectFiles } from "./project.ts";
export { TypedInput } from "./typed-input.ts";
export type {
  Base,
  BetweenOptions,
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
  OutsideFile,
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
} from "./types.ts";
