import type { BaseEntry, NodeId } from "@shadowbox/vfs";

/** What stands, or stood, at a path. `mode` is the 12 permission bits; `read` gives a file's bytes or a link's target. */
export interface Side {
  kind: "file" | "symlink" | "directory";
  mode: number;
  size: number;
  /** Of a file that the user changed before anyone read it: what the project has now ({@link Change.stale}). */
  read(): Uint8Array;
}

/** One path that differs between project and shadow. Paths are relative to the project's root, bytes. */
export interface Change {
  path: Uint8Array;
  /** For a rename: where it stood before. */
  from?: Uint8Array;
  /** Percent of likeness of a rename, 100 when the content is the same. */
  similarity?: number;
  kind: "created" | "modified" | "deleted" | "renamed" | "mode" | "type";
  before?: Side;
  after?: Side;
  /** What the project showed when the box first saw `from ?? path`; absent for something new. */
  base?: BaseEntry;
  /** The node in the shadow, for provenance; 0: gone. */
  node: NodeId;
  /** A folder that comes or goes with what is in it, which is listed by itself. */
  implied?: boolean;
  /** The user changed the project's file before the box read it: what it was is not known. Set by reading `before`. */
  stale?: boolean;
  /**
   * Where the project had the file, which the box moved, or whose mode it changed, without reading it, and which is gone there: the
   * content cannot be had any more.
   */
  lost?: Uint8Array | undefined;
}

/** What tells one version of a file from another. */
export type FileStamp = Pick<BaseEntry, "mode" | "size" | "mtimeNs" | "ctimeNs">;

/** Whether a file was not written, nor its mode set, between two looks. */
export function isSameStamp(a: FileStamp, b: FileStamp): boolean {
  return a.mtimeNs === b.mtimeNs && a.ctimeNs === b.ctimeNs && a.size === b.size && a.mode === b.mode;
}

/** The change as far as a part of it is taken. */
export function partOf(change: Change, taken: Side): Change {
  const { path, kind, from, similarity, before, base, node, stale } = change;
  return {
    ...{ path, kind, after: taken, node },
    ...(from && { from }),
    ...(similarity !== undefined && { similarity }),
    ...(before && { before }),
    ...(base && { base }),
    ...(stale && { stale }),
  };
}

/** The paths at which the shadow holds something for a change: where it came from, too. */
export function placesOf({ path, from, lost }: Change): Uint8Array[] {
  return [...(from ? [from] : []), ...(lost ? [lost] : []), path];
}

/** Whether a file only moves, or only its mode changes: when it was written last stays, as after `mv` and `chmod`. */
export function keepsContent({ kind, similarity, after }: Change): boolean {
  return after?.kind === "file" && (kind === "mode" || (kind === "renamed" && similarity === 100));
}

/** A {@link Change} as data. */
export interface ChangeFacts {
  path: string;
  from?: string;
  similarity?: number;
  kind: Change["kind"];
  /** What stands there now; what stood there, for a deletion. */
  type: Side["kind"];
  /** Permission bits before and after, where they differ. */
  oldMode?: number;
  newMode?: number;
  binary: boolean;
  /** Lines added and removed; 0 for binary files. */
  added: number;
  removed: number;
  /** Why it needs its own yes: it could run code on the user's machine. See docs/state.md. */
  flag?: string;
  stale?: boolean;
  /** Where the project had its content, which is gone there and was never read; only `ours` and `skip` can answer that. */
  lost?: string;
}

/** All that differs, in the order of a walk. */
export interface ChangeSet {
  changes: ChangeFacts[];
  added: number;
  removed: number;
}
