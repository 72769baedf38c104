import {
  decodeText,
  encodeText,
  type ImageEntry,
  type ProjectImage,
  type TreeFileSystem,
} from "@shadowbox/vfs";
import {
  answerFor,
  type BetweenOptions,
  type BlameLine,
  blameFile,
  type CallOrigin,
  type Change,
  type CommitOptions,
  type CommitResult,
  checkRisks,
  collectChanges,
  type DiscardResult,
  describeBetween,
  describeChanges,
  editFile,
  importPatch,
  KeptSnapshots,
  keepsContent,
  type LogEntry,
  ownMoved,
  type Picked,
  pathsOf,
  pickedChange,
  planTakeIn,
  type RefreshOptions,
  type RefreshResult,
  type RestoreResult,
  restoreSnapshot,
  type Selection,
  type Snapshot,
  Snapshots,
  selectWithCalls,
  settledPaths,
  settleShadow,
  settleTransaction,
  type UndoResult,
  type View,
  WorkspaceError,
  type Writers,
  writersOf,
} from "@shadowbox/workspace";
import { SandboxError } from "../errors.ts";
import { storing } from "../storing.ts";
import type { FileCall, SnapshotDiff } from "../types.ts";
import type { StoredLog } from "./log.ts";
import { ShadowReview } from "./shadow.ts";

/** A project in memory, and where what becomes of it is kept; what is absent ends with the sandbox. */
export interface KeptProject {
  image: ProjectImage;
  log?: StoredLog;
  snapshots?: KeptSnapshots;
  /** Keeps the image; the state before is there until it returns. */
  save?(image: ProjectImage): void;
  /** Keeps what the shadow holds. */
  flush?(): void;
}

/**
 * Review of a project in memory: nobody but `commit` and `undo` changes it, so there are no conflicts. Bringing the project back to
 * where it came from is the app's part.
 */
export class ImageReview extends ShadowReview {
  readonly #image: ProjectImage;
  readonly #save: (image: ProjectImage) => void;
  readonly #flush: () => void;
  readonly #snapshots: Snapshots;

  constructor(tree: TreeFileSystem, workspaceDir: string, project: KeptProject) {
    super(tree, workspaceDir, project.image, "", project.log);
    this.#image = project.image;
    this.#save = project.save ?? (() => {});
    this.#flush = project.flush ?? (() => {});
    this.#snapshots = new Snapshots(project.snapshots ?? new KeptSnapshots());
  }

  /**
   * Changes the project and keeps it; what cannot be kept did not happen. The shadow is kept before it: it must not need what the project
   * has no more, should all end in between. `hold` makes it so where it takes the new project to do so.
   */
  #keep<T>(change: () => T, hold?: () => void): T {
    if (hold === undefined) this.#flush();
    const back = this.#image.bookmark();
    try {
      const result = change();
      if (hold !== undefined) {
        hold();
        this.#flush();
      }
      this.#save(this.#image);
      return result;
    } catch (error) {
      back();
      throw error;
    }
  }

  override commit(options: CommitOptions): CommitResult {
    const all = collectChanges(this.shadow);
    const picked = this.select(all, options.paths).map(pickedChange);
    const changes = describeChanges(picked, options.countLines);
    if (options.dryRun || picked.length === 0) return { changes, conflicts: [] };
    if (options.gitBranch !== undefined)
      throw new SandboxError(
        "invalid",
        `commit to branch "${options.gitBranch}": a project in memory has no git`,
      );
    checkRisks(picked, options.allowRisky);
    this.#snapshots.take(this.shadow, { operation: "commit" });
    const gone = picked.flatMap((change) => goneOf(change));
    const put = picked.flatMap((change) => this.#putOf(change));
    ownMoved(this.shadow, pathsOf(picked));
    this.#keep(() => this.#image.change(put, gone));
    settleTransaction(this.shadow, [...pathsOf(picked), ...settledPaths(this.shadow, all)]);
    this.#snapshots.restamp(this.shadow, "commit");
    const commits = this.entries.read().filter(({ operation }) => operation === "commit").length;
    const id = String(commits + 1).padStart(6, "0");
    const paths = changes.changes.map(({ path }) => path);
    this.entries.append({ operation: "commit", transaction: id, paths });
    return { id, changes, conflicts: [] };
  }

  protected override select(changes: readonly Change[], paths?: readonly Selection[]): Picked[] {
    return selectWithCalls(changes, paths, this.#snapshots);
  }

  protected override writers(change: Change): Writers | undefined {
    return writersOf(this.#snapshots, change);
  }

  /** The box still has the changes, as before the commit. */
  override undo(): UndoResult {
    const id = this.#stacks().done.at(-1);
    const nothing =
      id === undefined
        ? "undo: there is no commit to take back"
        : `undo: changed since the commit ${id}, and left alone: a file that it wrote`;
    return this.#move("undo", id, () => this.#image.revert(), nothing);
  }

  redo(): UndoResult {
    const nothing = "redo: no commit was taken back since the last one";
    return this.#move("redo", this.#stacks().undone.at(-1), () => this.#image.advance(), nothing);
  }

  /** Numbers of the commits that stand in the project, and of those that were taken back, the next to redo last. */
  #stacks(): { done: string[]; undone: string[] } {
    const stacks = { done: [] as string[], undone: [] as string[] };
    for (const { operation, transaction = "" } of this.entries.read()) {
      if (operation === "commit") [stacks.done, stacks.undone] = [[...stacks.done, transaction], []];
      else if (operation === "undo") stacks.undone.push(stacks.done.pop() ?? transaction);
      else if (operation === "redo") stacks.done.push(stacks.undone.pop() ?? transaction);
    }
    return stacks;
  }

  /** The box sees what it saw; `change` gives the paths at which the project is another now. */
  #move(operation: "undo" | "redo", id = "", change: () => string[], nothing: string): UndoResult {
    this.#snapshots.take(this.shadow, { operation });
    const back = this.#image.bookmark();
    const paths = change();
    back();
    if (paths.length === 0) throw new WorkspaceError("nothing", nothing);
    ownMoved(this.shadow, paths.map(encodeText));
    const were = new Map(this.#image.entries().map((entry) => [entry.path, entry]));
    const seen = paths.map((path) => viewOfEntry(path, were.get(path)));
    const places = seen.map(({ path }) => path);
    try {
      this.#keep(change, () => settleTransaction(this.shadow, places, { seen, holdsAll: true }));
    } finally {
      settleTransaction(this.shadow, places);
    }
    this.#snapshots.restamp(this.shadow, operation);
    this.entries.append({ operation, transaction: id, paths });
    return { id, paths };
  }

  #putOf(change: Change): ImageEntry[] {
    const { path, from = path, after } = change;
    if (after === undefined) return [];
    const was = keepsContent(change) ? this.#image.stat(from) : -1;
    const mtimeNs = typeof was === "number" ? BigInt(Date.now()) * 1_000_000n : was.mtimeNs;
    const entry = { path: decodeText(path), type: after.kind, mode: after.mode, mtimeNs };
    return [after.kind === "directory" ? entry : { ...entry, bytes: after.read() }];
  }

  /** Adds to the log what was done, with the snapshot of what it changed. */
  #note(entry: Omit<LogEntry, "time" | "user" | "snapshot">, origin?: CallOrigin): number | undefined {
    const { operation, script } = entry;
    const cause = { operation, ...(script !== undefined && { script }), ...origin };
    const snapshot = storing("keep a snapshot", () => this.#snapshots.take(this.shadow, cause));
    const paths = snapshot === undefined ? entry.paths : (this.#snapshots.list().at(-1)?.paths ?? []);
    if (operation !== "edit" || snapshot !== undefined)
      this.entries.append({ ...entry, paths, ...(snapshot && { snapshot }) });
    return snapshot;
  }

  override discard(paths?: readonly Selection[]): DiscardResult {
    const names = this.discardChanges(paths);
    if (names.length > 0) this.#note({ operation: "discard", paths: names });
    return { paths: names };
  }

  override noteExec(script: string, status: number, origin?: CallOrigin): void {
    this.#note({ operation: "exec", script, status, paths: [] }, origin);
  }

  noteEdit({ script, origin }: FileCall): void {
    this.#note({ operation: "edit", script, paths: [] }, origin);
  }

  snapshot(name?: string): number {
    this.#note({ operation: "snapshot", paths: [], ...(name !== undefined && { script: name }) });
    return this.#snapshots.list().at(-1)?.id ?? 0;
  }

  snapshotList(): readonly Snapshot[] {
    return this.#snapshots.list();
  }

  between(from: number, to: number, options?: BetweenOptions): SnapshotDiff {
    return describeBetween(this.#snapshots.between(from, to), options);
  }

  restore(id: number, paths: readonly string[] = []): RestoreResult {
    const names = restoreSnapshot(this.shadow, this.#snapshots, id, paths);
    this.#note({ operation: "restore", paths: names });
    return { paths: names };
  }

  /** The project has no edits that the box does not see, but for those that are told. */
  refresh({ outside = [], conflicts: answers, onConflict = "merge" }: RefreshOptions = {}): RefreshResult {
    const found = outside.map(({ path, bytes }) => ({ path, now: this.#standing(path, bytes) }));
    const news = found.filter(({ path, now }) => !isSameFile(this.#read(path), now?.bytes));
    const { conflicts, taken, letGo, rebase, shown } = planTakeIn(
      collectChanges(this.shadow),
      news.map(({ path, now }) => ({ path: encodeText(path), ...(now && { now }) })),
      (path) => answerFor(path, { conflicts: answers, onConflict }),
    );
    if (news.length === 0) return { conflicts };
    ownMoved(
      this.shadow,
      taken.map(({ path }) => path),
    );
    const times = new Map(outside.map(({ path, mtimeNs }) => [path, mtimeNs]));
    const names = taken.map(({ path }) => decodeText(path));
    const put = taken.flatMap(({ now }, i) => (now ? [this.#entryOf(names[i] as string, now, times)] : []));
    const gone = names.filter((_, i) => taken[i]?.now === undefined);
    this.#keep(() => this.#image.takeIn(put, gone));
    settleShadow(this.shadow, letGo, rebase, shown);
    this.#note({
      operation: "refresh",
      paths: [...new Set([...names, ...conflicts.map(({ path }) => path)])],
    });
    return { conflicts };
  }

  #read(path: string): Uint8Array | undefined {
    const got = this.#image.read(encodeText(path));
    return typeof got === "number" ? undefined : got.bytes;
  }

  #standing(path: string, bytes: Uint8Array | undefined) {
    if (bytes === undefined) return undefined;
    const stat = this.#image.stat(encodeText(path));
    return { kind: "file" as const, mode: typeof stat === "number" ? 0o644 : stat.mode, bytes };
  }

  #entryOf(
    path: string,
    { mode, bytes }: { mode: number; bytes: Uint8Array },
    times: ReadonlyMap<string, bigint | undefined>,
  ): ImageEntry {
    return { path, type: "file", mode, bytes, mtimeNs: times.get(path) ?? BigInt(Date.now()) * 1_000_000n };
  }

  edit(name: string, bytes: Uint8Array): RestoreResult {
    editFile(this.shadow, name, bytes);
    this.#note({ operation: "edit", paths: [name] });
    return { paths: [name] };
  }

  importPatch(patch: Uint8Array): RestoreResult {
    const paths = importPatch(this.shadow, patch).map(decodeText);
    this.#note({ operation: "import", paths });
    return { paths };
  }

  blame(name: string): BlameLine[] {
    return blameFile(this.shadow, this.#snapshots, name);
  }
}

function isSameFile(a: Uint8Array | undefined, b: Uint8Array | undefined): boolean {
  if (a === undefined || b === undefined) return a === b;
  return a.length === b.length && a.every((byte, i) => byte === b[i]);
}

function goneOf({ kind, path, from }: Change): string[] {
  const gone = from === undefined ? [] : [decodeText(from)];
  // A folder in a file's place, or the other way round: all that stood there goes first.
  return kind === "deleted" || kind === "type" ? [...gone, decodeText(path)] : gone;
}

function viewOfEntry(name: string, entry: ImageEntry | undefined): View {
  const path = encodeText(name);
  const { type, mode, bytes } = entry ?? { type: "nothing", mode: 0 };
  return { path, kind: type as View["kind"], mode, bytes: bytes ?? new Uint8Array() };
}
