import { join } from "node:path";
import { deflateSync } from "node:zlib";
import { decodeText } from "@shadowbox/vfs";
import { discardPicked, ownMoved, pathsOf, settledPaths, settleTransaction } from "../changes/after.ts";
import { answerFor } from "../changes/answers.ts";
import { collectAll, collectChanges } from "../changes/collect.ts";
import { editFile } from "../changes/edit.ts";
import { describeChanges } from "../changes/facts.ts";
import { importPatch } from "../changes/import.ts";
import type { RawChanges } from "../changes/raw.ts";
import { type ReviewedChange, reviewChange } from "../changes/review.ts";
import { checkLost, checkRisks } from "../changes/risks.ts";
import { type Picked, pickedChange, type Selection } from "../changes/select.ts";
import { settleShadow } from "../changes/settle.ts";
import { type Shadow, type View, viewOf } from "../changes/shadow.ts";
import type { Change, ChangeSet } from "../changes/types.ts";
import { type PatchOptions, printPatch } from "../diff/patch.ts";
import { WorkspaceError } from "../errors.ts";
import { archiveOf } from "../export/archive.ts";
import type {
  BlameLine,
  CallOrigin,
  CommitOptions,
  CommitResult,
  Conflict,
  DiscardResult,
  LogEntry,
  RefreshOptions,
  RefreshResult,
  Resolution,
  RestoreResult,
  Snapshot,
  UndoResult,
} from "../operations.ts";
import { type BetweenOptions, describeBetween } from "../snapshots/between.ts";
import { blameFile } from "../snapshots/blame.ts";
import { selectWithCalls, writersOf } from "../snapshots/by-call.ts";
import { restoreSnapshot } from "../snapshots/restore.ts";
import { Snapshots } from "../snapshots/snapshots.ts";
import { ConfinedFolder } from "./confined.ts";
import { diskFiles, type Files } from "./files.ts";
import { commitToBranch, messageFor } from "./git.ts";
import { OperationLog } from "./log.ts";
import { planCommit } from "./plan.ts";
import type { BoxSees, Operation } from "./plans.ts";
import { planRefresh } from "./refresh.ts";
import { isSeen, stillDiffering, viewOfContent } from "./sees.ts";
import { SnapshotFile } from "./snapshot-file.ts";
import { readStanding } from "./standing.ts";
import { type Applied, type Step, Transactions } from "./transaction.ts";

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
  #snapshots: Snapshots | undefined;

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
    const known = whole.flatMap(({ path, now }) => (now?.kind === "file" ? [{ path, ...now }] : []));
    this.#snapshotFile.restamp(this.#shadow, operation, known);
    if (!this.#log.read().some(({ transaction }) => transaction === id))
      this.#log.append({
        ...{ operation, transaction: id },
        paths: [...(names ?? steps.map(({ path }) => decodeText(path)))],
      });
    this.#transactions.settled(id);
  }

  #collect(paths?: readonly Selection[]): Picked[] {
    return this.#select(collectChanges(this.#shadow), paths);
  }

  #select(all: readonly Change[], paths?: readonly Selection[]): Picked[] {
    return selectWithCalls(all, paths, this.#snapshotFile);
  }

  /** What differs from the project. Throws WorkspaceError `invalid` for a path that names no change. */
  changes(paths?: readonly Selection[]): ChangeSet {
    return describeChanges(this.#collect(paths).map(pickedChange));
  }

  /** The same as a patch in git's format. */
  diff(paths?: readonly Selection[], options?: PatchOptions): Uint8Array {
    const deflate = (bytes: Uint8Array) => deflateSync(bytes);
    const changes = this.#collect(paths).map(pickedChange);
    // What is to be applied elsewhere is not to have an empty file there.
    if (options?.binary) checkLost(changes, "export");
    return printPatch(changes, { ...options, deflate });
  }

  /** The same with hunks as data, and which call wrote each line; `context` lines around each hunk, default 3. */
  review(paths?: readonly Selection[], context?: number): ReviewedChange[] {
    return this.#collect(paths)
      .filter(({ change }) => !change.implied)
      .map((picked) => reviewChange(picked, writersOf(this.#snapshotFile, picked.change), context));
  }

  /**
   * Writes the selected changes to the project, all or nothing. Throws WorkspaceError `conflict` (files the user changed, with
   * no answer), `risky`, `apply` (the project refused; nothing changed), `invalid`.
   */
  commit(options: CommitOptions = {}): CommitResult {
    if (options.gitBranch !== undefined) return this.#commitToGit(options.gitBranch, options);
    const merged = options.dryRun ? [] : this.#merge(options);
    const marked = new Set(merged.flatMap(({ path, marks }) => (marks ? [path] : [])));
    const { changes: all, marks } = collectAll(this.#shadow);
    const left = merged.length > 0 ? stillDiffering(all, options.paths) : options.paths;
    const picked = (left === "nothing" ? [] : this.#select(all, left)).filter(
      ({ change }) => !marked.has(decodeText(change.path)),
    );
    const plan = planCommit(this.#shadow, this.#project, picked, options);
    const conflicts = [...merged, ...plan.conflicts];
    const changes = describeChanges(plan.changes, options.countLines);
    if (options.dryRun) return { changes, conflicts };
    const letGo = [...pathsOf(plan.dropped), ...settledPaths(this.#shadow, all, marks)];
    const names = changes.changes.map(({ path }) => path);
    const id = plan.steps.length > 0 ? this.#transact(plan.steps, "commit", { names, marks }) : undefined;
    if (letGo.length > 0) settleShadow(this.#shadow, letGo);
    this.#keeping.flush();
    return { ...(id && { id }), changes, conflicts };
  }

  #commitToGit(
    branch: string,
    { paths, message, allowRisky, dryRun, countLines }: CommitOptions,
  ): CommitResult {
    const picked = this.#collect(paths).map(pickedChange);
    const changes = describeChanges(picked, countLines);
    if (dryRun || picked.length === 0) return { changes, conflicts: [] };
    checkLost(picked, "commit");
    checkRisks(picked, allowRisky);
    const names = changes.changes.map(({ path }) => path);
    const git = commitToBranch(this.#project, picked, { branch, message: message ?? messageFor(names) });
    this.#log.append({ operation: "commit", paths: names, git: { branch, commit: git.commit } });
    return { changes, conflicts: [], git };
  }

  /** Merges in the box what the commit is to merge. */
  #merge({ paths, conflicts, onConflict }: CommitOptions): Conflict[] {
    if (![onConflict, ...Object.values(conflicts ?? {})].includes("merge")) return [];
    const answerOf = (path: string) => {
      const answer = answerFor(path, { conflicts, onConflict });
      return answer === "merge" ? answer : undefined;
    };
    return this.#refresh(paths, answerOf).filter(({ resolution }) => resolution !== undefined);
  }

  #refresh(
    paths: readonly Selection[] | undefined,
    answerOf: (path: string) => Resolution | undefined,
  ): Conflict[] {
    const changes = this.#collect(paths).map(({ change }) => change);
    const target = new ConfinedFolder(this.#project);
    try {
      const { conflicts, letGo, rebase, shown } = planRefresh(target, changes, answerOf);
      settleShadow(this.#shadow, letGo, rebase, shown);
      return conflicts;
    } finally {
      target.close();
    }
  }

  /** Brings the user's newer edits into the box; the project is not touched. Throws WorkspaceError `invalid`. */
  refresh({ paths, conflicts: answers, onConflict = "merge", outside }: RefreshOptions = {}): RefreshResult {
    if (outside !== undefined)
      throw new WorkspaceError(
        "invalid",
        "refresh: expected no files from outside, the project is in a folder",
      );
    this.#shadow.overlay.refresh(this.#shadow.root);
    const conflicts = this.#refresh(paths, (path) => answerFor(path, { conflicts: answers, onConflict }));
    this.#keeping.flush();
    const names = conflicts.map(({ path }) => path);
    this.#note({ operation: "refresh", paths: names });
    return { conflicts };
  }

  /** Adds to the log what may have changed the box, with the snapshot of it. */
  #note(entry: Omit<LogEntry, "time" | "user" | "snapshot">): void {
    const { operation, script } = entry;
    const snapshot = this.#snapshotFile.take(this.#shadow, {
      operation,
      ...(script !== undefined && { script }),
    });
    this.#log.append({ ...entry, ...(snapshot && { snapshot }) });
  }

  /** Notes how the box is now under a name; the number of the snapshot that says so, 0: nothing was ever changed. */
  snapshot(name?: string): number {
    this.#note({ operation: "snapshot", paths: [], ...(name !== undefined && { script: name }) });
    return this.#snapshotFile.list().at(-1)?.id ?? 0;
  }

  /** Snapshots of what the calls changed in the box, oldest first. */
  snapshotList(): Snapshot[] {
    return this.#snapshotFile.list();
  }

  /** What the calls after snapshot `from` (0: before the first) up to `to` changed in the box. Throws WorkspaceError `invalid`. */
  between(from: number, to: number, options?: BetweenOptions): ReturnType<typeof describeBetween> {
    return describeBetween(this.#snapshotFile.between(from, to), options);
  }

  get #snapshotFile(): Snapshots {
    const { state, files = diskFiles } = this.#keeping;
    this.#snapshots ??= new Snapshots(new SnapshotFile(join(state, "snapshots"), files));
    return this.#snapshots;
  }

  /**
   * Makes the box as it was after snapshot `id` (0: before the first), at and below the paths, default everywhere; the project is
   * not touched. Throws WorkspaceError `invalid`.
   */
  restore(id: number, paths: readonly string[] = []): RestoreResult {
    const names = restoreSnapshot(this.#shadow, this.#snapshotFile, id, paths);
    this.#keeping.flush();
    this.#note({ operation: "restore", paths: names });
    return { paths: names };
  }

  /** Puts a file as its reviewer wants it into the box; the project is not touched. Throws WorkspaceError `invalid`. */
  edit(name: string, bytes: Uint8Array): RestoreResult {
    editFile(this.#shadow, name, bytes);
    this.#keeping.flush();
    this.#note({ operation: "edit", paths: [name] });
    return { paths: [name] };
  }

  /** Makes a patch's changes in the box, all or none; the project is not touched. Throws WorkspaceError `invalid`. */
  importPatch(patch: Uint8Array): RestoreResult {
    const paths = importPatch(this.#shadow, patch).map(decodeText);
    this.#keeping.flush();
    this.#note({ operation: "import", paths });
    return { paths };
  }

  /** The project as the box sees it, as a tar archive. Throws WorkspaceError `invalid`. */
  exportTar(paths?: readonly string[]): Uint8Array {
    return this.#shadow.tree.locked(() => archiveOf(this.#shadow, paths));
  }

  /** Which call wrote each line of a file that the box has. Throws WorkspaceError `invalid`. */
  blame(name: string): BlameLine[] {
    return blameFile(this.#shadow, this.#snapshotFile, name);
  }

  #transact(
    steps: readonly Step[],
    operation: Operation,
    about: { of?: string; names: readonly string[]; marks?: RawChanges },
  ): string {
    this.#snapshotFile.take(this.#shadow, { operation });
    // What the box changed is on the disk before the project is.
    ownMoved(
      this.#shadow,
      steps.map(({ path }) => path),
      about.marks,
    );
    this.#keeping.flush();
    const transaction = this.#transactions.run(steps, operation, about.of);
    this.#conclude(transaction, about.names);
    return transaction.id;
  }

  /** Takes changes back in the shadow. */
  discard(paths?: readonly Selection[]): DiscardResult {
    const changes = collectChanges(this.#shadow);
    const picked = this.#select(changes, paths);
    const names = picked.filter(({ change }) => !change.implied).map(({ change }) => decodeText(change.path));
    discardPicked(this.#shadow, picked, changes, !paths?.length);
    this.#keeping.flush();
    if (names.length > 0) this.#note({ operation: "discard", paths: names });
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
      const wanted = step.after && { ...step.after, bytes: step.after.read() };
      const box: BoxSees = isSeen(view, before) ? "before" : isSeen(view, wanted) ? "after" : "own";
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

  /** Adds an exec to the log, and takes a snapshot of what it changed. */
  noteExec(script: string, status: number, origin?: CallOrigin): void {
    const snapshot = this.#snapshotFile.take(this.#shadow, { operation: "exec", script, ...origin });
    const paths = snapshot === undefined ? [] : (this.#snapshotFile.list().at(-1)?.paths ?? []);
    this.#log.append({ operation: "exec", script, status, paths, ...(snapshot && { snapshot }) });
  }

  /** Adds what a call wrote without running a program, if it changed anything. */
  noteEdit({ script, origin }: { script: string; origin?: CallOrigin }): void {
    const snapshot = this.#snapshotFile.take(this.#shadow, { operation: "edit", script, ...origin });
    if (snapshot === undefined) return;
    const paths = this.#snapshotFile.list().at(-1)?.paths ?? [];
    this.#log.append({ operation: "edit", script, paths, snapshot });
  }

  log(): LogEntry[] {
    return this.#log.read();
  }
}
