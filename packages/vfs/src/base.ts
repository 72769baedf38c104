import type { FileType } from "./filesystem.ts";

/**
 * What an entry of the user's project looked like when the box first saw it: enough to tell later whether the user
 * changed it. Times in nanoseconds since the epoch; `mode` is the 12 permission bits.
 */
export interface BaseEntry {
  name: Uint8Array;
  type: FileType;
  mode: number;
  size: number;
  mtimeNs: bigint;
  ctimeNs: bigint;
  /** The host's inode number, as far as a double holds it; tells a replaced file from an edited one. */
  ino: number;
  nlink: number;
  /** Of a symlink. */
  target?: Uint8Array;
}

/**
 * The read-only project under a shadow. Paths are relative to the project's root, bytes with `/` between names, empty
 * for the root itself. An implementation resolves them beneath the root, following no symlink, and answers a negated
 * errno where it cannot. Called synchronously by whichever worker first touches a node.
 */
export interface BaseSource {
  /** All entries of a directory that the box may see (no `.`/`..`; devices, FIFOs and sockets are left out and reported). */
  list(path: Uint8Array): BaseEntry[] | number;
  /** One entry, or a negated errno. `name` is the last component. */
  stat(path: Uint8Array): BaseEntry | number;
  /**
   * The whole content of a regular file with what it looked like when it was read, or a negated errno (EFBIG over
   * the limit, ESTALE if it changed while being read).
   */
  read(path: Uint8Array): { entry: BaseEntry; bytes: Uint8Array } | number;
}
