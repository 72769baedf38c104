import {
  decodeText,
  encodeText,
  type ImageEntry,
  type ProjectImage,
  type TreeFileSystem,
} from "@shadowbox/vfs";
import {
  type Change,
  type CommitOptions,
  type CommitResult,
  collectChanges,
  describeChanges,
  pathsOf,
  pickedChange,
  selectChanges,
  settledPaths,
  settleTransaction,
  type UndoResult,
  type View,
  WorkspaceError,
} from "@shadowbox/workspace";
import type { StoredLog } from "./log.ts";
import { ShadowReview } from "./shadow.ts";

/**
 * Review of a project in memory: nobody but `commit` and `undo` changes it, so there are no conflicts. Bringing the project back to
 * where it came from is the app's part.
 */
export class ImageReview extends ShadowReview {
  readonly #image: ProjectImage;
  readonly #save: (image: ProjectImage) => void;

  /** `save` keeps the image; the state before is there until it returns. */
  constructor(
    tree: TreeFileSystem,
    workspaceDir: string,
    project: { image: ProjectImage; log?: StoredLog; save?(image: ProjectImage): void },
  ) {
    super(tree, workspaceDir, project.image, "", project.log);
    this.#image = project.image;
    this.#save = project.save ?? (() => {});
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

  override commit(options: CommitOptions): CommitResult {
    const all = collectChanges(this.shadow);
    const picked = selectChanges(all, options.paths).map(pickedChange);
    const changes = describeChanges(picked);
    if (options.dryRun || picked.length === 0) return { changes, conflicts: [] };
    const gone = picked.flatMap((change) => goneOf(change));
    const put = picked.flatMap((change) => putOf(change));
    this.#keep(() => this.#image.change(put, gone));
    settleTransaction(this.shadow, [...pathsOf(picked), ...settledPaths(this.shadow, all)]);
    const commits = this.entries.read().filter(({ operation }) => operation === "commit").length;
    this.entries.append({ operation: "commit", paths: changes.changes.map(({ path }) => path) });
    return { id: String(commits + 1).padStart(6, "0"), changes, conflicts: [] };
  }

  /** The box still has the changes, as before the commit. */
  override undo(): UndoResult {
    const were = new Map(this.#image.entries().map((entry) => [entry.path, entry]));
    const paths = this.#keep(() => {
      const reverted = this.#image.revert();
      if (reverted.length > 0) return reverted;
      throw new WorkspaceError("nothing", "undo: there is no commit to take back");
    });
    const seen = paths.map((path) => viewOfEntry(path, were.get(path)));
    settleTransaction(
      this.shadow,
      seen.map(({ path }) => path),
      { seen },
    );
    this.entries.append({ operation: "undo", paths });
    return { id: "", paths };
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
