import type { BaseEntry, NodeId } from "@shadowbox/vfs";

/** What stands, or stood, at a path. `mode` is the 12 permission bits; `read` gives a file's bytes or a link's target. */
export interface Side {
  kind: "file" | "symlink" | "directory";
  mode: number;
  size: number;
  /** Throws WorkspaceError `stale` when the project's content is no longer what the box saw. */
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
}

/** A {@link Change} as data. */
export interface ChangeFacts {
  path: string;
  from?: string;
  similarity?: number;
  kind: Change["kind"];
  binary: boolean;
  /** Lines added and removed; 0 for binary files. */
  added: number;
  removed: number;
}

/** All that differs, in order of path. */
export interface ChangeSet {
  changes: ChangeFacts[];
  added: number;
  removed: number;
}
