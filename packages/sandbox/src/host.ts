import type { CommandEntry } from "@shadowbox/bundle";
import type { BaseSource, Journal, JournalState, TreeFileSystem } from "@shadowbox/vfs";
import type { Command, Mount, V8Engine, WorkerPool } from "@shadowbox/wasi";
import type { FetchHost } from "./net/host.ts";
import type { NetEvent } from "./net/session.ts";
import type { Review } from "./review/review.ts";
import type { EngineName, ForkOptions, Sandbox } from "./types.ts";

/** The programs of a sandbox. */
export interface Tools {
  /** As the kernel lists them. */
  kernel: readonly Command[];
  /** As the registry describes them. */
  entries: ReadonlyMap<string, CommandEntry>;
  /** Command → bundle, of the optional bundles that could be brought. */
  optional?: ReadonlyMap<string, string>;
  /** Folders that bundles bring along. */
  mounts: readonly Mount[];
}

/** Another engine than v8, over a place of its own for files. */
export interface Machine {
  readonly name: EngineName;
  /** Shell, processes and pipes there. */
  readonly engine: V8Engine;
  /** Why programs cannot run there any more; undefined: they can. */
  gone(): string | undefined;
  /** Brings the tree's files there. Throws SandboxError `file`. */
  fill(): void;
  /** Brings back what programs changed. Throws SandboxError `file`. */
  collect(): void;
  close(): void;
}

/** What a host gives a sandbox: threads, programs, and where its files come from and are kept. */
export interface Host {
  pool: WorkerPool;
  tools: Tools;
  /** What workers need to make the sandbox's file systems; structured-clonable. */
  setup: unknown;
  /** Fills the tree with what was kept, before anything else touches it. */
  restore?(tree: TreeFileSystem): void;
  journal?: Journal;
  /** Absent: programs run on v8, over the tree itself. */
  machine?(tree: TreeFileSystem): Machine;
  /** The project that lies under the workspace. */
  base?: BaseSource;
  /** Folder inside that nothing can change, if it is there. */
  frozen?: string;
  /** Absent: the project cannot be written. */
  review?(tree: TreeFileSystem, workspaceDir: string): Review;
  /** After each call: what a person should be told, each once. */
  notices?(): readonly string[];
  /** A sandbox over the same base that starts with a copy of the tree. */
  fork(copy: JournalState, options: ForkOptions): Promise<Sandbox>;
  /** Lets go of what the host holds for the sandbox. */
  release(): void;
  /** Carries out requests of programs. */
  fetch: FetchHost;
  /** Keeps requests and how they ended between runs. */
  netLog?: { append(event: NetEvent): void; read(): NetEvent[] };
}
