import {
  decodeText,
  encodeText,
  type ImageEntry,
  Overlay,
  type ProjectImage,
  type TreeFileSystem,
} from "@shadowbox/vfs";
import {
  type Change,
  type ChangeSet,
  type CommitOptions,
  type CommitResult,
  collectChanges,
  type DiscardResult,
  describeChanges,
  discardPicked,
  type LogEntry,
  type Picked,
  pathsOf,
  pickedChange,
  printPatch,
  type Selection,
  type Shadow,
  selectChanges,
  settledPaths,
  settleTransaction,
  type UndoResult,
  type View,
  WorkspaceError,
} from "@shadowbox/workspace";
import { directoryAt, type Review } from "../box.ts";
import type { StoredLog } from "./state.ts";

/**
 * Review of a project that the browser holds: nobody but `commit` and `undo` changes it, so there are no conflicts. Bringing
 * the project back to where it came from is the app's part.
 */
export class ImageReview implements Review {
  readonly #shadow: Shadow;
  readonly #image: ProjectImage;
  readonly #log: StoredLog;
  readonly #save: (image: ProjectImage) => void;

  /** `save` keeps the image; the state before is there until it returns. */
  constructor(
    tree: TreeFileSystem,
    workspaceDir: string,
    project: { image: ProjectImage; log: StoredLog; save(image: ProjectImage): void },
  ) {
    const root = directoryAt(tree, workspaceDir);
    this.#shadow = { tree, overlay: new Overlay(tree), root, base: project.image };
    this.#image = project.image;
    this.#log = project.log;
    this.#save = project.save;
  }

  #collect(paths?: readonly Selection[]): Picked[] {
    return selectChanges(collectChanges(this.#shadow), paths);
  }

  changes(paths?: readonly Selection[]): ChangeSet {
    return describeChanges(this.#collect(paths).map(pickedChange));
  }

  diff(paths?: readonly Selection[]): Uint8Array {
    return printPatch(this.#collect(paths).map(pickedChange));
  }

  /** Changes the project and keeps it; what cannot be kept did not happen. */
  #keep<T>(change: () => T): T {
    const back = this.#image.bookmark();
    try {
      const result = change();
      this.#save(this.#image);
      return result;
    } catch (error) {
      back();
      throw error;
    }
  }

  commit(options: CommitOptions): CommitResult {
    const all = collectChanges(this.#shadow);
    const picked = selectChanges(all, options.paths).map(pickedChange);
    const changes = describeChanges(picked);
    if (options.dryRun || picked.length === 0) return { changes, conflicts: [] };
    const gone = picked.flatMap((change) => goneOf(change));
    const put = picked.flatMap((change) => putOf(change));
    this.#keep(() => this.#image.change(put, gone));
    settleTransaction(this.#shadow, [...pathsOf(picked), ...settledPaths(this.#shadow, all)]);
    const commits = this.#log.read().filter(({ operation }) => operation === "commit").length;
    this.#log.append({ operation: "commit", paths: changes.changes.map(({ path }) => path) });
    return { id: String(commits + 1).padStart(6, "0"), changes, conflicts: [] };
  }

  discard(paths?: readonly Selection[]): DiscardResult {
    const changes = collectChanges(this.#shadow);
    const picked = selectChanges(changes, paths);
    const names = picked.filter(({ change }) => !change.implied).map(({ change }) => decodeText(change.path));
    discardPicked(this.#shadow, picked, changes);
    if (names.length > 0) this.#log.append({ operation: "discard", paths: names });
    return { paths: names };
  }

  /** The box still has the changes, as before the commit. */
  undo(): UndoResult {
    const were = new Map(this.#image.entries().map((entry) => [entry.path, entry]));
    const paths = this.#keep(() => {
      const reverted = this.#image.revert();
      if (reverted.length > 0) return reverted;
      throw new WorkspaceError("nothing", "undo: there is no commit to take back");
    });
    const seen = paths.map((path) => viewOfEntry(path, were.get(path)));
    settleTransaction(
      this.#shadow,
      seen.map(({ path }) => path),
      { seen },
    );
    this.#log.append({ operation: "undo", paths });
    return { id: "", paths };
  }

  noteExec(script: string, status: number): void {
    this.#log.append({ operation: "exec", script, status, paths: [] });
  }

  log(): readonly LogEntry[] {
    return this.#log.read();
  }
}

function goneOf({ kind, path, from }: Change): string[] {
  const gone = from === undefined ? [] : [decodeText(from)];
  // A folder in a file's place, or the other way round: all that stood there goes first.
  return kind === "deleted" || kind === "type" ? [...gone, decodeText(path)] : gone;
}

function putOf({ path, after }: Change): ImageEntry[] {
  if (after === undefined) return [];
  const mtimeNs = BigInt(Date.now()) * 1_000_000n;
  const entry = { path: decodeText(path), type: after.kind, mode: after.mode, mtimeNs };
  return [after.kind === "directory" ? entry : { ...entry, bytes: after.read() }];
}

function viewOfEntry(name: string, entry: ImageEntry | undefined): View {
  const path = encodeText(name);
  const { type, mode, bytes } = entry ?? { type: "nothing", mode: 0 };
  return { path, kind: type as View["kind"], mode, bytes: bytes ?? new Uint8Array() };
}
