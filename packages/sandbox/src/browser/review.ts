import { decodeText, type ImageEntry, Overlay, type ProjectImage, type TreeFileSystem } from "@shadowbox/vfs";
import {
  type Change,
  type ChangeSet,
  collectChanges,
  describeChanges,
  discardAll,
  discardChange,
  printPatch,
  type Shadow,
  selectChanges,
  settleShadow,
  WorkspaceError,
} from "@shadowbox/workspace";
import { directoryAt, type Review } from "../box.ts";
import type { CommitReport, CommitRequest, OperationEntry } from "../types.ts";
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

  #collect(paths?: readonly string[]): Change[] {
    const { tree, overlay, root } = this.#shadow;
    return selectChanges(collectChanges(tree, overlay, root), paths);
  }

  changes(paths?: readonly string[]): ChangeSet {
    return describeChanges(this.#collect(paths));
  }

  diff(paths?: readonly string[]): Uint8Array {
    return printPatch(this.#collect(paths));
  }

  commit(request: CommitRequest): CommitReport {
    const picked = this.#collect(request.paths);
    const changes = describeChanges(picked);
    if (request.dryRun || picked.length === 0) return { changes, conflicts: [] };
    const gone = picked.flatMap((change) => goneOf(change));
    this.#image.change(
      picked.flatMap((change) => putOf(change)),
      gone,
    );
    this.#save(this.#image);
    settleShadow(this.#shadow, this.#collect());
    const commits = this.#log.read().filter(({ operation }) => operation === "commit").length;
    this.#log.append({ operation: "commit", paths: changes.changes.map(({ path }) => path) });
    return { id: String(commits + 1).padStart(6, "0"), changes, conflicts: [] };
  }

  discard(paths?: readonly string[]): { paths: string[] } {
    const picked = this.#collect(paths);
    const names = picked.filter(({ implied }) => !implied).map(({ path }) => decodeText(path));
    if (paths === undefined || paths.length === 0) discardAll(this.#shadow);
    else {
      const failed = picked.find((change) => !discardChange(this.#shadow, change));
      this.#shadow.overlay.settle(this.#shadow.root);
      if (failed !== undefined)
        throw new WorkspaceError(
          "invalid",
          `discard "${decodeText(failed.path)}": its folder was moved or removed as a whole; discard the folder`,
        );
    }
    if (names.length > 0) this.#log.append({ operation: "discard", paths: names });
    return { paths: names };
  }

  undo(): { id: string; paths: string[] } {
    const paths = this.#image.revert();
    if (paths.length === 0) throw new WorkspaceError("nothing", "undo: there is no commit to take back");
    this.#save(this.#image);
    this.#log.append({ operation: "undo", paths });
    return { id: "", paths };
  }

  noteExec(script: string, status: number, paths: readonly string[]): void {
    this.#log.append({ operation: "exec", script, status, paths: [...paths] });
  }

  log(): readonly OperationEntry[] {
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
