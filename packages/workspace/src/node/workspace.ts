import { join } from "node:path";
import { decodeText } from "@shadowbox/vfs";
import { discardPicked, pathsOf, settledPaths, settleTransaction } from "../changes/after.ts";
import { collectChanges } from "../changes/collect.ts";
import { describeChanges } from "../changes/facts.ts";
import { type Picked, pickedChange, type Selection, selectChanges } from "../changes/select.ts";
import { settleShadow } from "../changes/settle.ts";
import type { Shadow, View } from "../changes/shadow.ts";
import { viewOf } from "../changes/shadow.ts";
import type { Change, ChangeSet } from "../changes/types.ts";
import { printPatch } from "../diff/patch.ts";
import { WorkspaceError } from "../errors.ts";
import type { CommitOptions, CommitResult, DiscardResult, LogEntry, UndoResult } from "../operations.ts";
import { OperationLog } from "./log.ts";
import { type Plan, planCommit } from "./plan.ts";
import { type Content, type StepHook, Transactions } from "./transaction.ts";

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
    const { finished, dropped } = this.#transactions.recover();
    for (const { before } of finished) {
      const seen = before.map(({ path, content }) => viewOfContent(path, content));
      settleTransaction(
        this.#shadow,
        before.map(({ path }) => path),
        { seen },
      );
    }
    return { finished: finished.map(({ id }) => id), dropped };
  }

  #collect(paths?: readonly Selection[]): Picked[] {
    return selectChanges(collectChanges(this.#shadow), paths);
  }

  /** What differs from the project. Throws WorkspaceError `invalid` for a path that names no change. */
  changes(paths?: readonly Selection[]): ChangeSet {
    return describeChanges(this.#collect(paths).map(pickedChange));
  }

  /** The same as a patch in git's format. */
  diff(paths?: readonly Selection[]): Uint8Array {
    return printPatch(this.#collect(paths).map(pickedChange));
  }

  /**
   * Writes the selected changes to the project, all or nothing. Throws WorkspaceError `conflict` (files the user changed, with
   * no answer), `apply` (the project refused; nothing changed), `invalid`.
   */
  commit(options: CommitOptions = {}): CommitResult {
    const all = collectChanges(this.#shadow);
    const picked = selectChanges(all, options.paths);
    const plan = planCommit(this.#project, picked, options);
    const changes = describeChanges(plan.changes);
    if (options.dryRun) return { changes, conflicts: plan.conflicts };
    const id = plan.steps.length > 0 ? this.#transactions.run(plan.steps) : undefined;
    this.#settle(plan, all);
    if (id === undefined) return { changes, conflicts: plan.conflicts };
    this.#log.append({ operation: "commit", paths: changes.changes.map(({ path }) => path) });
    return { id, changes, conflicts: plan.conflicts };
  }

  /** What was written is let go of, what was given up, and what the user did just as the box. */
  #settle({ steps, whole, partial, dropped }: Plan, all: readonly Change[]): void {
    const removed = new Set(steps.filter(({ after }) => after === undefined).map(({ path }) => path));
    // A folder stays where something is left in it.
    const same = new Set(whole.filter((path) => !removed.has(path)));
    settleTransaction(this.#shadow, [...whole, ...partial], { same });
    const letGo = [...pathsOf(dropped), ...settledPaths(this.#shadow, all)];
    if (letGo.length > 0) settleShadow(this.#shadow, letGo);
  }

  /** Takes changes back in the shadow. */
  discard(paths?: readonly Selection[]): DiscardResult {
    const changes = collectChanges(this.#shadow);
    const picked = selectChanges(changes, paths);
    const names = picked.filter(({ change }) => !change.implied).map(({ change }) => decodeText(change.path));
    discardPicked(this.#shadow, picked, changes);
    if (names.length > 0) this.#log.append({ operation: "discard", paths: names });
    return { paths: names };
  }

  /**
   * Takes the last commit back in the project; the box still has the changes, as before the commit. Throws WorkspaceError
   * `nothing`, `conflict` (the user changed a file since).
   */
  undo(): UndoResult {
    return this.#reverse("undo", this.#transactions.stacks().done.at(-1));
  }

  /** Does the last commit that was taken back again. Throws WorkspaceError as {@link undo}. */
  redo(): UndoResult {
    return this.#reverse("redo", this.#transactions.stacks().undone.at(-1));
  }

  #reverse(operation: "undo" | "redo", id: string | undefined): UndoResult {
    if (id === undefined)
      throw new WorkspaceError(
        "nothing",
        operation === "undo"
          ? "undo: there is no commit to take back"
          : "redo: no commit was taken back since the last one",
      );
    const steps = this.#transactions.stepsOf(id, operation);
    const seen = steps.flatMap(({ path }) => viewOf(this.#shadow, path, false));
    this.#transactions.run(steps, operation, id);
    const paths = steps.map(({ path }) => path);
    settleTransaction(this.#shadow, paths, { seen });
    const names = paths.map(decodeText);
    this.#log.append({ operation, paths: names });
    return { id, paths: names };
  }

  /** Adds an exec to the log. */
  noteExec(script: string, status: number, paths: readonly string[]): void {
    this.#log.append({ operation: "exec", script, status, paths: [...paths] });
  }

  log(): LogEntry[] {
    return this.#log.read();
  }
}

function viewOfContent(path: Uint8Array, content: Content | undefined): View {
  return content === undefined
    ? { path, kind: "nothing", mode: 0, bytes: new Uint8Array() }
    : { path, ...content };
}
