import { join } from "node:path";
import { decodeText } from "@shadowbox/vfs";
import { collectChanges } from "../changes/collect.ts";
import { describeChanges } from "../changes/facts.ts";
import { selectChanges } from "../changes/select.ts";
import { discardAll, discardChange, type Shadow, settleShadow } from "../changes/settle.ts";
import type { Change, ChangeSet } from "../changes/types.ts";
import { printPatch } from "../diff/patch.ts";
import { WorkspaceError } from "../errors.ts";
import { type LogEntry, OperationLog } from "./log.ts";
import { type Conflict, planCommit, type Resolution } from "./plan.ts";
import { type StepHook, Transactions } from "./transaction.ts";

/** What to commit. */
export interface CommitOptions {
  /** Files and folders, relative to the project; default everything. */
  paths?: readonly string[];
  /** What to do with paths that the user changed meanwhile; without an answer the commit is refused. */
  conflicts?: Readonly<Record<string, Resolution>>;
  /** The answer for every conflict not named in `conflicts`. */
  onConflict?: Resolution;
  /** Only say what would be done. */
  dryRun?: boolean;
}

export interface CommitResult {
  /** Absent for a dry run or when there was nothing to do. */
  id?: string;
  /** What was, or would be, written to the project. */
  changes: ChangeSet;
  /** Conflicting paths and what was done with them. */
  conflicts: Conflict[];
}

export interface UndoResult {
  id: string;
  paths: string[];
}

export interface DiscardResult {
  paths: string[];
}

/** Review, commit and undo for one project on Node. */
export class ProjectWorkspace {
  readonly #shadow: Shadow;
  readonly #project: string;
  readonly #transactions: Transactions;
  readonly #log: OperationLog;

  /** `state` is the project's state folder (absolute). */
  constructor(shadow: Shadow, project: string, state: string, hook?: StepHook) {
    this.#shadow = shadow;
    this.#project = project;
    this.#transactions = new Transactions(join(state, "commits"), project, hook);
    this.#log = new OperationLog(join(state, "log.jsonl"));
  }

  /** Finishes what a crash interrupted; to be called before anything else by a writer. */
  recover(): { finished: string[]; dropped: string[] } {
    const report = this.#transactions.recover();
    if (report.finished.length > 0) settleShadow(this.#shadow, this.#collect());
    return report;
  }

  #collect(paths?: readonly string[]): Change[] {
    const { tree, overlay, root } = this.#shadow;
    return selectChanges(collectChanges(tree, overlay, root), paths);
  }

  /** What differs from the project. Throws WorkspaceError `invalid` for a path that names no change. */
  changes(paths?: readonly string[]): ChangeSet {
    return describeChanges(this.#collect(paths));
  }

  /** The same as a patch in git's format. */
  diff(paths?: readonly string[]): Uint8Array {
    return printPatch(this.#collect(paths));
  }

  /**
   * Writes the selected changes to the project, all or nothing. Throws WorkspaceError `conflict` (files the user changed, with
   * no answer), `apply` (the project refused; nothing changed), `invalid`.
   */
  commit(options: CommitOptions = {}): CommitResult {
    const picked = this.#collect(options.paths);
    const plan = planCommit(this.#project, picked, options);
    const changes = describeChanges(plan.changes);
    if (options.dryRun || plan.steps.length === 0) {
      if (!options.dryRun) this.#settle(plan.dropped);
      return { changes, conflicts: plan.conflicts };
    }
    const id = this.#transactions.run(plan.steps);
    this.#settle(plan.dropped);
    this.#log.append({ operation: "commit", paths: changes.changes.map(({ path }) => path) });
    return { id, changes, conflicts: plan.conflicts };
  }

  #settle(dropped: readonly Change[]): void {
    for (const change of dropped) discardChange(this.#shadow, change);
    settleShadow(this.#shadow, this.#collect());
  }

  /** Takes changes back in the shadow. */
  discard(paths?: readonly string[]): DiscardResult {
    const picked = this.#collect(paths);
    const names = picked.filter(({ implied }) => !implied).map(({ path }) => decodeText(path));
    if (paths === undefined || paths.length === 0) discardAll(this.#shadow);
    else {
      const failed = picked.filter((change) => !discardChange(this.#shadow, change));
      this.#shadow.overlay.settle(this.#shadow.root);
      if (failed.length > 0)
        throw new WorkspaceError(
          "invalid",
          `discard "${decodeText((failed[0] as Change).path)}": its folder was moved or removed as a whole; discard the folder`,
        );
    }
    if (names.length > 0) this.#log.append({ operation: "discard", paths: names });
    return { paths: names };
  }

  /** Takes the last commit back in the project. Throws WorkspaceError `nothing`, `conflict` (the user changed a file since). */
  undo(): UndoResult {
    const last = this.#transactions.lastDone();
    if (last === undefined) throw new WorkspaceError("nothing", "undo: there is no commit to take back");
    const steps = this.#transactions.undoSteps(last.id);
    const undone = this.#transactions.run(steps);
    this.#transactions.markUndone(undone);
    this.#transactions.markUndone(last.id);
    const paths = last.paths.map(decodeText);
    this.#log.append({ operation: "undo", paths });
    return { id: last.id, paths };
  }

  /** Adds an exec to the log. */
  noteExec(script: string, status: number, paths: readonly string[]): void {
    this.#log.append({ operation: "exec", script, status, paths: [...paths] });
  }

  log(): LogEntry[] {
    return this.#log.read();
  }
}
