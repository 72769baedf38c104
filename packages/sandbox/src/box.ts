import type { CommandEntry } from "@shadowbox/bundle";
import { copyTree, encodeText, Heap, TreeFileSystem } from "@shadowbox/vfs";
import { Kernel, V8Engine, WorkerKind } from "@shadowbox/wasi";
import type {
  BetweenOptions,
  BlameLine,
  ChangeSet,
  CommitOptions,
  CommitResult,
  DiscardResult,
  LogEntry,
  PatchOptions,
  RefreshOptions,
  RefreshResult,
  RestoreResult,
  ReviewedChange,
  Selection,
  Snapshot,
  UndoResult,
} from "@shadowbox/workspace";
import { memoryPages } from "./commands.ts";
import { SandboxError } from "./errors.ts";
import { type ExecPlace, execute, type ShellSession } from "./execute.ts";
import { executing } from "./execution.ts";
import { KernelFiles } from "./files.ts";
import { frozenMounts } from "./frozen.ts";
import type { Host, Machine } from "./host.ts";
import { Network } from "./net/network.ts";
import type { NetEvent } from "./net/session.ts";
import { Python } from "./python/python.ts";
import type { Review } from "./review/review.ts";
import { storing } from "./storing.ts";
import { layUnder, makeDirectories } from "./tree.ts";
import type {
  EngineName,
  ExecOptions,
  ExecResult,
  Execution,
  FileCall,
  ForkOptions,
  LimitReached,
  PythonOptions,
  PythonResult,
  Sandbox,
  SandboxFs,
  SandboxOptions,
  SnapshotDiff,
} from "./types.ts";

const OUTPUT_BYTES = 64 << 20;
const DISK_BYTES = 2 * 1024 ** 3;

/** A sandbox, in Node and in browsers. */
export class Box implements Sandbox {
  readonly workspaceDir: string;
  readonly fs: SandboxFs;
  readonly #options: SandboxOptions;
  readonly #host: Host;
  readonly #tree: TreeFileSystem;
  /** Over the tree itself. */
  readonly #kernel: Kernel;
  #engine: V8Engine;
  #machine: Machine | undefined;
  readonly #review: Review | undefined;
  readonly #session: ShellSession = {};
  #python: Python;
  #network: Network;
  #queue: Promise<unknown> = Promise.resolve();
  #closed = false;
  /** The tree's revision when a call was noted last. */
  #notedAt = -1;

  /** Makes heap, tree, kernel and engine. */
  constructor(options: SandboxOptions, host: Host) {
    this.#options = options;
    this.#host = host;
    this.workspaceDir = options.workspaceDir ?? "/workspace";
    const heap = Heap.create();
    const limitBytes = options.limits?.diskBytes ?? DISK_BYTES;
    const journaled = host.journal !== undefined;
    this.#tree = TreeFileSystem.format(heap, { limitBytes, journaled }, host.base);
    host.restore?.(this.#tree);
    makeDirectories(this.#tree, this.workspaceDir);
    if (host.base) layUnder(this.#tree, this.workspaceDir, host.base);
    const mounts = [...host.tools.mounts, ...frozenMounts(this.#tree, host.frozen)];
    this.#kernel = Kernel.create(
      heap,
      { root: this.#tree, mounts },
      { memoryPages: memoryPages(options.limits) },
    );
    const files = new KernelFiles(this.#kernel, this.workspaceDir);
    this.fs = files;
    for (const path of ["/tmp", "/home/user"]) files.makeDirectories(path);
    // Only where it is not so yet: what is set again would be written again.
    if ((files.stat("/tmp").mode & 0o7777) !== 0o1777) files.chmod("/tmp", 0o1777);
    this.#machine = host.machine?.(this.#tree);
    if (this.#machine !== undefined) this.#kernel.commands.set(host.tools.kernel);
    this.#engine = this.#machine?.engine ?? new V8Engine(host.pool, this.#kernel, host.setup);
    this.#engine.setCommands(host.tools.kernel);
    this.#network = this.#openNetwork();
    this.#python = new Python(this.#place);
    if (!options.readOnly) host.pool.warm(WorkerKind.SHELL);
    this.#review = host.review?.(this.#tree, this.workspaceDir);
  }

  get engine(): EngineName {
    return this.#machine?.name ?? "v8";
  }

  #openNetwork(): Network {
    const { net = {}, onEvent } = this.#options;
    return new Network(this.#engine, net, this.#host.fetch, (event) => {
      this.#host.netLog?.append(event);
      onEvent?.(event);
    });
  }

  /** Goes on with v8 over the tree, which holds all that the calls before left, when the other engine is gone. */
  async #fallBack(): Promise<void> {
    const why = this.#machine?.gone();
    if (why === undefined) return;
    await this.#engine.close();
    this.#machine?.close();
    this.#machine = undefined;
    this.#engine = new V8Engine(this.#host.pool, this.#kernel, this.#host.setup);
    this.#engine.setCommands(this.#host.tools.kernel);
    this.#network = this.#openNetwork();
    this.#python = new Python(this.#place);
    this.#options.onEvent?.({ type: "notice", message: `${why}; programs run on v8 from now on` });
  }

  #writable(action: string): void {
    if (this.#closed) throw new SandboxError("closed", `${action}: the sandbox was closed`);
    if (this.#options.readOnly)
      throw new SandboxError("read-only", `${action}: the sandbox was opened for reading`);
  }

  #inTurn<T>(action: () => Promise<T>): Promise<T> {
    const turn = this.#queue.then(action);
    this.#queue = turn.catch(() => {});
    return turn;
  }

  /** Where programs run. */
  get #place(): Omit<ExecPlace, "session"> {
    return {
      engine: this.#engine,
      workspaceDir: this.workspaceDir,
      outputBytes: this.#options.limits?.outputBytes ?? OUTPUT_BYTES,
      env: this.#network.environment,
    };
  }

  exec(script: string, options: ExecOptions = {}): Execution {
    this.#writable("exec");
    return executing(options, (run) =>
      this.#inTurn(() =>
        this.#noted(script, options, () => {
          const session = options.session ? this.#session : undefined;
          return execute({ ...this.#place, session }, script, { ...options, ...run });
        }),
      ),
    );
  }

  python(code: string, options: PythonOptions = {}): Execution<PythonResult> {
    this.#writable("python");
    if (!this.#host.tools.entries.has("python3"))
      throw new SandboxError("invalid", "python: expected a bundle with python3, none is installed");
    return executing(options, (run) =>
      this.#inTurn(() => this.#noted(code, options, () => this.#python.run(code, { ...options, ...run }))),
    );
  }

  async recorded<T>(
    action: () => Promise<T>,
    recording?: Uint8Array,
  ): Promise<{ result: T; recording?: Uint8Array }> {
    this.#writable("record");
    const { recordings } = this.#engine;
    if (recordings.active) return { result: await action() };
    try {
      recordings.begin(recording);
    } catch (error) {
      throw new SandboxError("invalid", (error as Error).message, { cause: error });
    }
    let made: Uint8Array | undefined;
    try {
      const result = await action();
      made = recordings.end();
      return { result, recording: made };
    } finally {
      if (made === undefined) recordings.end();
    }
  }

  /** Runs something with its events, and keeps what it changed. */
  async #noted<R extends ExecResult>(
    script: string,
    { cwd, maxOutputBytes: keeps, origin }: Pick<ExecOptions, "cwd" | "maxOutputBytes" | "origin">,
    run: () => Promise<R>,
  ): Promise<R> {
    const { onEvent } = this.#options;
    onEvent?.({ type: "exec-start", script, cwd: cwd ?? this.workspaceDir });
    await this.#fallBack();
    this.#network.origin = origin;
    this.#machine?.fill();
    const result = await run();
    this.#machine?.collect();
    this.flush();
    const { status, durationMs, timedOut } = result;
    const limits: LimitReached[] = this.#engine.takeLimits();
    if (timedOut) limits.push("time");
    if (result.truncated && keeps !== 0) limits.push("output");
    for (const limit of limits) onEvent?.({ type: "limit", limit });
    onEvent?.({ type: "exec-end", status, durationMs, timedOut });
    storing("keep the log", () => this.#review?.noteExec(script, status, origin));
    this.#notedAt = this.#tree.revision;
    for (const message of this.#host.notices?.() ?? []) onEvent?.({ type: "notice", message });
    return result;
  }

  flush(call?: FileCall): void {
    if (this.#options.readOnly) return;
    // What runs sees an edit at once, not at the next call only.
    if (call !== undefined && !this.#engine.idle) this.#machine?.fill();
    storing("keep what changed", () => this.#host.journal?.flush(this.#tree));
    // Most calls changed nothing: whoever notes looks at the whole change set.
    if (call === undefined || this.#tree.revision === this.#notedAt) return;
    this.#review?.noteEdit?.(call);
    this.#notedAt = this.#tree.revision;
  }

  get revision(): number {
    return this.#tree.revision;
  }

  get hasProject(): boolean {
    return this.#review !== undefined;
  }

  #reviewFor(action: string): Review {
    if (this.#review !== undefined) return this.#review;
    throw new SandboxError(
      "invalid",
      `${action}: expected a sandbox over a project, files or a base, this one has none`,
    );
  }

  changes(paths?: readonly Selection[]): ChangeSet {
    return this.#reviewFor("changes").changes(paths);
  }

  diff(paths?: readonly Selection[], options?: PatchOptions): Uint8Array {
    return this.#reviewFor("diff").diff(paths, options);
  }

  review(paths?: readonly Selection[], context?: number): readonly ReviewedChange[] {
    return this.#reviewFor("review").review(paths, context);
  }

  commit(request: CommitOptions = {}): Promise<CommitResult> {
    if (!request.dryRun) this.#writable("commit");
    return this.#inTurn(async () => {
      const report = this.#reviewFor("commit").commit(request);
      if (request.dryRun) return report;
      this.flush();
      this.#options.onEvent?.({ type: "commit", paths: report.changes.changes.map(({ path }) => path) });
      return report;
    });
  }

  discard(paths?: readonly Selection[]): Promise<DiscardResult> {
    this.#writable("discard");
    return this.#inTurn(async () => {
      const report = this.#reviewFor("discard").discard(paths);
      this.flush();
      return report;
    });
  }

  undo(): Promise<UndoResult> {
    return this.#reverse("undo");
  }

  redo(): Promise<UndoResult> {
    return this.#reverse("redo");
  }

  refresh(options: RefreshOptions = {}): Promise<RefreshResult> {
    return this.#inBox("refresh", (review) => review.refresh?.(options));
  }

  restore(id: number, paths?: readonly string[]): Promise<RestoreResult> {
    return this.#inBox("restore", (review) => review.restore?.(id, paths));
  }

  async edit(path: string, content: Uint8Array | string): Promise<void> {
    const bytes = typeof content === "string" ? encodeText(content) : content;
    await this.#inBox("edit", (review) => review.edit?.(path, bytes));
  }

  importPatch(patch: Uint8Array): Promise<RestoreResult> {
    return this.#inBox("import a patch", (review) => review.importPatch?.(patch));
  }

  exportTar(paths?: readonly string[]): Uint8Array {
    return this.#reviewFor("export").exportTar(paths);
  }

  async #inBox<T>(action: string, run: (review: Review) => T | undefined): Promise<T> {
    this.#writable(action);
    return this.#inTurn(async () => {
      const report = this.#here(action, run(this.#reviewFor(action)));
      this.flush();
      return report;
    });
  }

  #here<T>(action: string, report: T | undefined): T {
    if (report === undefined)
      throw new SandboxError(
        "invalid",
        `${action}: expected a sandbox with files, or with a project and a state folder`,
      );
    return report;
  }

  snapshot(name?: string): Promise<number> {
    return this.#inBox("snapshot", (review) => review.snapshot?.(name));
  }

  snapshots(): readonly Snapshot[] {
    return this.#here("snapshots", this.#reviewFor("snapshots").snapshotList?.());
  }

  between(from: number, to: number, options?: BetweenOptions): SnapshotDiff {
    const review = this.#reviewFor("compare snapshots");
    return this.#here("compare snapshots", review.between?.(from, to, options));
  }

  blame(path: string): readonly BlameLine[] {
    return this.#here("blame", this.#reviewFor("blame").blame?.(path));
  }

  #reverse(type: "undo" | "redo"): Promise<UndoResult> {
    this.#writable(type);
    return this.#inTurn(async () => {
      const report = this.#here(type, this.#reviewFor(type)[type]?.());
      this.flush();
      this.#options.onEvent?.({ type, paths: report.paths });
      return report;
    });
  }

  log(): readonly LogEntry[] {
    return this.#reviewFor("log").log();
  }

  netLog(): readonly NetEvent[] {
    return this.#host.netLog?.read() ?? this.#network.events;
  }

  commands(): ReadonlyMap<string, CommandEntry> {
    return this.#host.tools.entries;
  }

  optionalCommands(): ReadonlyMap<string, string> {
    return this.#host.tools.optional ?? new Map();
  }

  fork(options: ForkOptions = {}): Promise<Sandbox> {
    if (this.#closed) throw new SandboxError("closed", "fork: the sandbox was closed");
    return this.#inTurn(() => {
      const copy = this.#tree.locked(() => {
        this.flush();
        return copyTree(this.#tree);
      });
      return this.#host.fork(copy, options);
    });
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  async close(): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    await this.#python.close();
    await this.#engine.close();
    this.#machine?.close();
    this.flush();
    this.#host.release();
  }
}
