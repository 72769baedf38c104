import { type BaseSource, decodeText, Overlay, type TreeFileSystem } from "@shadowbox/vfs";
import {
  archiveOf,
  type CallOrigin,
  type Change,
  type ChangeSet,
  type CommitOptions,
  type CommitResult,
  collectChanges,
  type DiscardResult,
  describeChanges,
  discardPicked,
  type LogEntry,
  type PatchOptions,
  type Picked,
  pickedChange,
  printPatch,
  type ReviewedChange,
  reviewChange,
  type Selection,
  type Shadow,
  selectChanges,
  type UndoResult,
  type Writers,
} from "@shadowbox/workspace";
import { SandboxError } from "../errors.ts";
import { directoryAt } from "../tree.ts";
import { StoredLog } from "./log.ts";
import type { Review } from "./review.ts";

/** Review of what differs from a base that this sandbox cannot write. */
export class ShadowReview implements Review {
  protected readonly shadow: Shadow;
  protected readonly entries: StoredLog;
  readonly #why: string;

  /** `why` ends the message with which commit and undo refuse. */
  constructor(
    tree: TreeFileSystem,
    workspaceDir: string,
    base: BaseSource,
    why: string,
    log = new StoredLog(),
  ) {
    const root = directoryAt(tree, workspaceDir);
    this.shadow = { tree, overlay: new Overlay(tree), root, base };
    this.entries = log;
    this.#why = why;
  }

  /** What of the changes is selected. */
  protected select(changes: readonly Change[], paths?: readonly Selection[]): Picked[] {
    return selectChanges(changes, paths);
  }

  /** Who wrote the lines of a change, where that is known. */
  protected writers(_change: Change): Writers | undefined {
    return undefined;
  }

  #collect(paths?: readonly Selection[]): Picked[] {
    return this.select(collectChanges(this.shadow), paths);
  }

  changes(paths?: readonly Selection[]): ChangeSet {
    return describeChanges(this.#collect(paths).map(pickedChange));
  }

  review(paths?: readonly Selection[], context?: number): ReviewedChange[] {
    return this.#collect(paths)
      .filter(({ change }) => !change.implied)
      .map((picked) => reviewChange(picked, this.writers(picked.change), context));
  }

  diff(paths?: readonly Selection[], options?: PatchOptions): Uint8Array {
    return printPatch(this.#collect(paths).map(pickedChange), options);
  }

  exportTar(paths?: readonly string[]): Uint8Array {
    return this.shadow.tree.locked(() => archiveOf(this.shadow, paths));
  }

  commit({ dryRun, paths }: CommitOptions): CommitResult {
    if (dryRun) return { changes: this.changes(paths), conflicts: [] };
    throw new SandboxError("invalid", `commit: ${this.#why}`);
  }

  discard(paths?: readonly Selection[]): DiscardResult {
    const names = this.discardChanges(paths);
    if (names.length > 0) this.entries.append({ operation: "discard", paths: names });
    return { paths: names };
  }

  /** Takes changes back; their paths. */
  protected discardChanges(paths?: readonly Selection[]): string[] {
    const changes = collectChanges(this.shadow);
    const picked = this.select(changes, paths);
    const names = picked.filter(({ change }) => !change.implied).map(({ change }) => decodeText(change.path));
    discardPicked(this.shadow, picked, changes);
    return names;
  }

  undo(): UndoResult {
    throw new SandboxError("invalid", `undo: ${this.#why}`);
  }

  noteExec(script: string, status: number, _origin?: CallOrigin): void {
    this.entries.append({ operation: "exec", script, status, paths: [] });
  }

  log(): readonly LogEntry[] {
    return this.entries.read();
  }
}
