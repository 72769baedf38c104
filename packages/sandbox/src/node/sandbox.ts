import { join } from "node:path";
import type { CommandEntry } from "@shadowbox/bundle";
import {
  encodeText,
  Journal,
  type JournalState,
  Overlay,
  restoreTree,
  type TreeFileSystem,
} from "@shadowbox/vfs";
import { NodeJournalStorage } from "@shadowbox/vfs/node";
import type { ChangeSet } from "@shadowbox/workspace";
import { openState, ProjectWorkspace, type StateFolder } from "@shadowbox/workspace/node";
import { SandboxError } from "../errors.ts";
import { execute, type ShellSession } from "../execute.ts";
import type {
  CommitReport,
  CommitRequest,
  EngineName,
  ExecOptions,
  ExecResult,
  OperationEntry,
  Sandbox,
  SandboxFs,
  SandboxOptions,
} from "../types.ts";
import { type OpenParts, openParts } from "./open.ts";

/** Where a sandbox is kept between runs. */
interface Kept {
  state: StateFolder;
  journal: Journal;
  restored: JournalState;
}

const OUTPUT_BYTES = 64 << 20;

/** A sandbox on Node. */
export class NodeSandbox implements Sandbox {
  readonly engine: EngineName = "v8";
  readonly #options: SandboxOptions;
  readonly #parts: OpenParts;
  readonly #kept: Kept | undefined;
  readonly #workspace: ProjectWorkspace | undefined;
  readonly #session: ShellSession = {};
  #queue: Promise<unknown> = Promise.resolve();
  #closed = false;

  private constructor(options: SandboxOptions, parts: OpenParts, kept: Kept | undefined) {
    this.#options = options;
    this.#parts = parts;
    this.#kept = kept;
    this.#workspace = kept && workspaceOf(parts, kept.state);
  }

  /** See `openSandbox`. */
  static open(options: SandboxOptions): NodeSandbox {
    if (options.engine === "wasmtime")
      throw new SandboxError(
        "engine",
        'open sandbox: engine "wasmtime" is not available in this version; use "v8"',
      );
    const kept = options.state === undefined ? undefined : openKept(options);
    try {
      const parts = openParts(options, (tree) => kept && restoreTree(tree, kept.restored));
      const sandbox = new NodeSandbox(options, parts, kept);
      if (!options.readOnly) sandbox.#recover();
      return sandbox;
    } catch (error) {
      kept?.state.release();
      throw error;
    }
  }

  get workspaceDir(): string {
    return this.#parts.workspaceDir;
  }
  get fs(): SandboxFs {
    return this.#parts.files;
  }

  #recover(): void {
    const report = this.#workspace?.recover();
    for (const id of report?.finished ?? [])
      this.#notice(`commit ${id} was interrupted; it was finished now, everything of it is in the project`);
  }

  #notice(message: string): void {
    this.#options.onEvent?.({ type: "notice", message });
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

  exec(script: string, options: ExecOptions = {}): Promise<ExecResult> {
    this.#writable("exec");
    return this.#inTurn(async () => {
      const { engine, workspaceDir } = this.#parts;
      const outputBytes = this.#options.limits?.outputBytes ?? OUTPUT_BYTES;
      this.#options.onEvent?.({ type: "exec-start", script, cwd: options.cwd ?? workspaceDir });
      const session = options.session ? this.#session : undefined;
      const result = await execute({ engine, workspaceDir, outputBytes, session }, script, options);
      this.flush();
      const { status, durationMs, timedOut } = result;
      this.#options.onEvent?.({ type: "exec-end", status, durationMs, timedOut });
      this.#workspace?.noteExec(script, status, []);
      return result;
    });
  }

  /** Writes what changed in the shadow to the state folder. */
  flush(): void {
    if (!this.#options.readOnly) this.#kept?.journal.flush(this.#parts.tree);
  }

  #review(action: string): ProjectWorkspace {
    if (this.#workspace !== undefined) return this.#workspace;
    throw new SandboxError("invalid", `${action}: the sandbox has no project with a state folder`);
  }

  changes(paths?: readonly string[]): ChangeSet {
    return this.#review("changes").changes(paths);
  }

  diff(paths?: readonly string[]): Uint8Array {
    return this.#review("diff").diff(paths);
  }

  commit(request: CommitRequest = {}): Promise<CommitReport> {
    if (!request.dryRun) this.#writable("commit");
    return this.#inTurn(async () => {
      const report = this.#review("commit").commit(request);
      if (request.dryRun) return report;
      this.flush();
      this.#options.onEvent?.({ type: "commit", paths: report.changes.changes.map(({ path }) => path) });
      return report;
    });
  }

  discard(paths?: readonly string[]): Promise<{ paths: string[] }> {
    this.#writable("discard");
    return this.#inTurn(async () => {
      const report = this.#review("discard").discard(paths);
      this.flush();
      return report;
    });
  }

  undo(): Promise<{ id: string; paths: string[] }> {
    this.#writable("undo");
    return this.#inTurn(async () => {
      const report = this.#review("undo").undo();
      this.#options.onEvent?.({ type: "undo", paths: report.paths });
      return report;
    });
  }

  log(): readonly OperationEntry[] {
    return this.#review("log").log();
  }

  commands(): ReadonlyMap<string, CommandEntry> {
    return this.#parts.commands;
  }

  async close(): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    await this.#parts.engine.close();
    this.flush();
    this.#parts.base?.close();
    this.#kept?.state.release();
  }
}

function openKept(options: SandboxOptions): Kept {
  const { state: root, project, readOnly } = options;
  if (project === undefined)
    throw new SandboxError("invalid", "open sandbox: expected a project for the state folder, got none");
  const state = openState(root as string, project, { readOnly });
  try {
    const storage = new NodeJournalStorage(join(state.path, "journal"));
    const { journal, state: restored, report } = Journal.open(readOnly ? storage.snapshot() : storage);
    if (report.cut > 0 && report.bytes > 16)
      options.onEvent?.({
        type: "notice",
        message: `the journal ended in an unfinished write of ${report.cut} bytes; the state before it was restored`,
      });
    return { state, journal, restored };
  } catch (error) {
    state.release();
    throw error;
  }
}

function workspaceOf(parts: OpenParts, state: StateFolder): ProjectWorkspace | undefined {
  const { tree, base } = parts;
  if (base === undefined) return undefined;
  return new ProjectWorkspace(
    { tree, overlay: new Overlay(tree), root: directoryAt(tree, parts.workspaceDir), base },
    state.project,
    state.path,
  );
}

function directoryAt(tree: TreeFileSystem, path: string): number {
  let dir = tree.root;
  for (const name of path.split("/").filter(Boolean)) dir = tree.lookup(dir, encodeText(name));
  return dir;
}
