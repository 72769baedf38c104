import { join } from "node:path";
import { decodeText } from "@shadowbox/vfs";
import { discardPicked, ownMoved, pathsOf, settledPaths, settleTransaction } from "../changes/after.ts";
import { collectChanges } from "../changes/collect.ts";
import { describeChanges } from "../changes/facts.ts";
import { type Picked, pickedChange, type Selection, selectChanges } from "../changes/select.ts";
import { settleShadow } from "../changes/settle.ts";
import type { Shadow, View } from "../changes/shadow.ts";
import { viewOf } from "../changes/shadow.ts";
import type { ChangeSet } from "../changes/types.ts";
import { printPatch } from "../diff/patch.ts";
import { WorkspaceError } from "../errors.ts";
import type { CommitOptions, CommitResult, DiscardResult, LogEntry, UndoResult } from "../operations.ts";
import { sameBytes } from "../paths.ts";
import { ConfinedFolder } from "./confined.ts";
import { diskFiles, type Files } from "./files.ts";
import { OperationLog } from "./log.ts";
import { planCommit } from "./plan.ts";
import type { BoxSees, Content, Operation } from "./plans.ts";
import { type Applied, readStanding, type Step, Transactions } from "./transaction.ts";

/** Where a workspace keeps what it must not lose. */
export interface Keeping {
  /** Absolute path of the project's state folder. */
  state: string;
  /** Makes all that changed in the shadow durable. */
  flush(): void;
  /** Default: the disk. */
  files?: Files;
}

/** What a start found unfinished, and did about it. */
export interface Recovery {
  /** Transactions that are finished now. */
  finished: string[];
  /** Those that had not begun to change the project. */
  dropped: string[];
  /** Files that somebody changed between the crash and this start: where their content was put. */
  rescued: { path: string; file: string }[];
}

/** Review, commit and undo for one project on Node. */
export class ProjectWorkspace {
  readonly #shadow: Shadow;
  readonly #project: string;
  readonly #transactions: Transactions;
  readonly #log: OperationLog;
  readonly #keeping: Keeping;

  /** `project` is absolute. */
  constructor(shadow: Shadow, project: string, keeping: Keeping) {
    this.#shadow = shadow;
    this.#project = project;
    this.#keeping = keeping;
    const { state, files = diskFiles } = keeping;
    this.#transactions = new Transactions(join(state, "commits"), project, files);
    this.#log = new OperationLog(join(state, "log.jsonl"), files);
  }

  /** Finishes what a crash interrupted; to be called before anything else by a writer. */
  recover(): Recovery {
    const { applied, dropped, rescued } = this.#transactions.recover();
    for (const transaction of applied) this.#conclude(transaction);
    return {
      finished: applied.map(({ id }) => id),
      dropped,
      rescued: rescued.map(({ path, file }) => ({ path: decodeText(path), file })),
    };
  }

  /** The project has the transaction: the shadow, the log and then the transaction itself learn of it. May be done twice. */
  #conclude(transaction: Applied, names?: readonly string[]): void {
    const { id, operation, steps } = transaction;
    const whole = steps.filter(({ box, removes }) => box === "after" && !removes);
    settleTransaction(
      this.#shadow,
      steps.map(({ path }) => path),
      {
        // A folder stays where something is left in it.
        same: new Set(whole.map(({ path }) => path)),
        seen: steps.flatMap(({ path, box, before }) => (box === "before" ? viewOfContent(path, before) : [])),
      },
    );
    this.#keeping.flush();
    if (!this.#log.read().some(({ transaction }) => transaction === id))
      this.#log.append({
        ...{ operation, transaction: id },
        paths: [...(names ?? steps.map(({ path }) => decodeText(path)))],
      });
    this.#transactions.settled(id);
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
   * no answer), `risky`, `apply` (the project refused; nothing changed), `invalid`.
   */
  commit(options: CommitOptions = {}): CommitResult {
    const all = collectChanges(this.#shadow);
    const picked = selectChanges(all, options.paths);
    const plan = planCommit(this.#project, picked, options);
    const changes = describeChanges(plan.changes);
    if (options.dryRun) return { changes, conflicts: plan.conflicts };
    const letGo = [...pathsOf(plan.dropped), ...settledPaths(this.#shadow, all)];
    const names = changes.changes.map(({ path }) => path);
    const id = plan.steps.length > 0 ? this.#transact(plan.steps, "commit", { names }) : undefined;
    if (letGo.length > 0) settleShadow(this.#shadow, letGo);
    this.#keeping.flush();
    return { ...(id && { id }), changes, conflicts: plan.conflicts };
  }

  #transact(
    steps: readonly Step[],
    operation: Operation,
    about: { of?: string; names: readonly string[] },
  ): string {
    // What the box changed is on the disk before the project is.
    ownMoved(
      this.#shadow,
      steps.map(({ path }) => path),
    );
    this.#keeping.flush();
    const transaction = this.#transactions.run(steps, operation, about.of);
    this.#conclude(transaction, about.names);
    return transaction.id;
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
    const steps = this.#transactions.stepsOf(id, operation).map((step) => this.#withBox(step));
    const names = steps.map(({ path }) => decodeText(path));
    this.#transact(steps, operation, { of: id, names });
    return { id, paths: names };
  }

  /** Adds what the box sees at the step's path. */
  #withBox(step: Step): Step {
    const [view] = viewOf(this.#shadow, step.path, false) as [View];
    const target = new ConfinedFolder(this.#project);
    try {
      const before = readStanding(target, step.path);
      const box: BoxSees = isSeen(view, before) ? "before" : isSeen(view, step.after) ? "after" : "own";
      return { ...step, box };
    } finally {
      target.close();
    }
  }

  /** Commits that can be undone, and those that can be done again. */
  stacks(): { done: number; undone: number } {
    const { done, undone } = this.#transactions.stacks();
    return { done: done.length, undone: undone.length };
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

function isSeen(view: View, content: Content | undefined): boolean {
  if (content === undefined) return view.kind === "nothing";
  const sameMode = content.kind !== "file" || view.mode === content.mode;
  return view.kind === content.kind && sameMode && sameBytes(view.bytes, content.bytes);
}
