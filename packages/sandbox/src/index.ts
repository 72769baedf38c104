import { SandboxError } from "./errors.ts";
import type { SandboxFactory, Sandbox as SandboxType } from "./types.ts";

export type { ImageEntry } from "@shadowbox/vfs";
export { SandboxError, type SandboxErrorCode } from "./errors.ts";
export { missingCommands } from "./missing.ts";
export { describeNetwork, type NetworkFact } from "./net/describe.ts";
export { type Exchange, exchangesOf, toHar } from "./net/har.ts";
export { type NetRecorder, NetRecording, type RecordedExchange } from "./net/recording.ts";
export { baseOf, projectFiles } from "./project.ts";
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
} from "./types.ts";

export type Sandbox = SandboxType;

/**
 * Makes sandboxes. The package's export conditions `node` and `browser` put the host's own in this one's place; it is what is left
 * where there is neither: SandboxError `engine`.
 */
export const Sandbox: SandboxFactory = {
  async create() {
    throw new SandboxError("engine", "create sandbox: expected Node or a browser, got another host");
  },
};
