import type { LogEntry } from "../operations.ts";

/** What a box sees at a path. */
export interface Entry {
  kind: "file" | "symlink" | "directory" | "nothing";
  mode: number;
  /** Name of the content; absent: none, or it was not kept (too large, or in the project only). */
  blob?: string;
  /** Tells without reading whether it is still the same. */
  stamp?: string;
}

/** One path that a snapshot found changed. */
export interface EntryChange {
  /** Bytes as latin-1. */
  path: string;
  was: Entry;
  now: Entry;
}

/** What was done before a snapshot was taken. */
export interface SnapshotCause {
  operation: LogEntry["operation"];
  script?: string;
  session?: string;
  turn?: number;
}

/** A snapshot without its contents. */
export interface Frame extends SnapshotCause {
  id: number;
  /** ISO 8601, UTC. */
  time: string;
  changes: EntryChange[];
  /** New stamps of paths that did not change. */
  stamps: Record<string, string>;
  /** It stands for those before it, too, which are not kept any more: only how things stood after it is known. */
  older?: true;
  /** Contents that came with it: name and size, in their order. */
  blobs: [name: string, size: number][];
}

/** Where snapshots are kept: frames that are only added, each with the contents that were not there yet. */
export interface SnapshotStore {
  readonly frames: readonly Frame[];
  /** Bytes that are kept. */
  readonly size: number;
  /** Above that the older half goes. */
  readonly mostBytes: number;
  /** The name of a content: its SHA-256, hex. */
  nameOf(bytes: Uint8Array): string;
  has(blob: string): boolean;
  /** A content. Throws WorkspaceError `state` if it is not there as it was written. */
  read(blob: string): Uint8Array;
  /** Durable when it returns. */
  append(frame: Omit<Frame, "blobs">, contents: ReadonlyMap<string, Uint8Array>): void;
  /** Keeps these frames, with the contents that they name, and nothing else. */
  rewrite(frames: readonly Frame[]): void;
}

/** The contents that a frame names. */
export function namesIn({ changes }: Pick<Frame, "changes">): string[] {
  return changes.flatMap(({ was, now }) => [was.blob, now.blob]).filter((blob) => blob !== undefined);
}
