import type { AgentEvent, Answer, Mode, Request as PermissionRequest, Rule } from "@shadowbox/agent";
import type {
  CommitResult,
  FileFacts,
  ImageEntry,
  LogEntry,
  OutsideFile,
  RefreshResult,
  Resolution,
  SandboxErrorCode,
  SandboxEvent,
  Selection,
  Snapshot,
} from "@shadowbox/sandbox";

/** What the page asks of the worker that holds the sandbox. */
export interface Runtime {
  /** Opens what the browser keeps under this name; waits for its turn where another tab has it. */
  open(state: string, registry: string, settings?: BoxSettings): Opened;
  /** What is open, in whichever tab. */
  present(): Opened;
  /** Goes on with other limits; what runs ends. */
  configure(settings: BoxSettings): Opened;
  /** Puts a project in the place of what was kept. */
  start(files: readonly ImageEntry[]): Opened;
  /** `columns` is the width of the terminal, default 100. */
  exec(script: string, columns?: number): ExecEnd;
  /** Whole lines that the beginning of one may become, in a shell whose folder is `cwd`. */
  complete(line: string, cwd: string): string[];
  /** What was run in the terminal of this project, oldest first. */
  history(): readonly string[];
  /** Gives the script that runs what was typed for it, or ends its input; false: none runs any more. */
  input(text: string | undefined): boolean;
  /** Ends the script that runs as Ctrl-C does; the second time at once. */
  stop(): void;
  list(path: string): ListedFile[];
  read(path: string): Uint8Array;
  /** What the project has at a path relative to it, if it is a file. */
  readOriginal(path: string): Uint8Array | undefined;
  write(path: string, bytes: Uint8Array): void;
  changes(): CommitResult["changes"];
  diff(paths?: readonly string[]): Uint8Array;
  /**
   * Takes files in as they are now in the folder that the project came from. What the box changed, too, is answered, or else skipped.
   */
  takeIn(files: readonly OutsideFile[], answers: Readonly<Record<string, Resolution>>): RefreshResult;
  /** Asks about each path that can run code later; without a yes it stays in the box. */
  commit(paths?: readonly Selection[]): void;
  discard(paths?: readonly string[]): void;
  undo(): void;
  redo(): void;
  log(): readonly LogFacts[];
  snapshots(): readonly Snapshot[];
  /** Unified diff of what one call changed. */
  snapshotDiff(id: number): Uint8Array;
  restore(id: number): { paths: string[] };
  /** What an audit wants to see of this box, oldest first. */
  audit(): readonly AuditEvent[];
  /** What the person decided for this project. */
  rules(): readonly Rule[];
  forget(rule: Rule): void;
  /** What was said in this project, oldest first. */
  conversation(): readonly ConversationRecord[];
  /** One turn of the agent; what happens comes as messages. */
  turn(text: string, model: ModelSettings): void;
  stopTurn(): void;
  /** The conversation begins anew. */
  newConversation(): void;
  bundles(): CommandFacts[];
  /** What differs between the project, as commits left it, and the files of these digests. */
  projectChanges(known: ReadonlyMap<string, string>): ProjectChanges;
  /** All files of the workspace as they are now. */
  files(): ImageEntry[];
}

/** Bounds of a box, as the person sets them. */
export interface BoxSettings {
  /** Memory of one program, MiB. */
  memoryMiB: number;
  /** A command is killed after this, seconds; 0: never. */
  timeoutSeconds: number;
  network: "off" | "registries" | "docs" | "ask" | "open";
  /** Servers of this machine are open. */
  loopback: boolean;
  /** What the agent may do without asking. */
  mode: Mode;
}

export const DEFAULT_SETTINGS: BoxSettings = {
  memoryMiB: 1024,
  timeoutSeconds: 0,
  network: "ask",
  loopback: false,
  mode: "accept-in-shadow",
};

/** Who answers the person. */
export interface ModelSettings {
  provider: "scripted" | "anthropic" | "openai" | "openai-compatible";
  name: string;
  /** Address of the endpoint; empty: the provider's own. */
  baseUrl: string;
  key: string;
}

export type ConversationRecord = { time: string; event: AgentEvent };

/** What happened in the box, with its time (ISO 8601, UTC). */
export type AuditEvent =
  | (Exclude<SandboxEvent, { type: "exec-start" | "exec-end" | "commit" | "undo" | "redo" }> & {
      time: string;
    })
  | {
      type: "permission";
      time: string;
      tool: string;
      subject: string;
      allowed: boolean;
      reason: string;
    };

/** What only a person can answer. */
export type Question =
  | ({ type: "permission" } & PermissionRequest)
  | { type: "choice"; question: string; options: readonly string[] }
  | { type: "risk"; path: string; why: string };

/** `undefined` to a choice: no answer. */
export type Reply = Answer | string | undefined;

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
  /** What was typed meanwhile and no program read. */
  unread: string;
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

/** The person's reply to a question of the worker. */
export interface ReplyMessage {
  to: number;
  reply: Reply;
}

/** The terminal has shown bytes of output. */
export interface ShownMessage {
  shown: number;
}

/** An entry of the log with the first of its paths, and how many more there are. */
export type LogFacts = LogEntry & { morePaths: number };

/** What the worker says. */
export type Message =
  | { type: "result"; id: number; value: unknown }
  | { type: "error"; id: number; message: string; code?: SandboxErrorCode | string }
  | { type: "output"; bytes: Uint8Array }
  | { type: "audit"; event: AuditEvent }
  | { type: "agent"; event: AgentEvent }
  | { type: "question"; id: number; question: Question }
  /** Another tab has the state: this one follows until that is closed. */
  | { type: "waiting" }
  /** While it follows: there is something new to see. */
  | { type: "changed" };
