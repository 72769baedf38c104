/**
 * How the tree lies in the heap. Offsets are in 32-bit words from the start of a record; a pair of words holds a
 * Float64 (sizes) or a BigInt64 (times, nanoseconds since the epoch).
 */

/** The tree's header. */
export const Tree = {
  ROOT: 0,
  NEXT_INO: 1,
  /** First node of the list of nodes that the journal has not seen yet. */
  DIRTY: 2,
  /** 1: removals are kept until the journal has seen them. */
  JOURNALED: 3,
  /** Bytes of file data held, Float64. */
  USED: 4,
  /** Most bytes of file data, Float64. */
  LIMIT: 6,
  /** Directories that were listed from the base since the tree was opened; a count for tests and doctor. */
  LISTED: 8,
  /** Counts what changes. */
  REVISION: 9,
  BYTES: 64,
} as const;

/** A node. */
export const Inode = {
  TYPE: 0,
  MODE: 1,
  NLINK: 2,
  /** Open file descriptions and working directories that hold it. */
  OPEN: 3,
  UID: 4,
  GID: 5,
  SIZE: 6,
  ATIME: 8,
  MTIME: 10,
  CTIME: 12,
  /** File: block or table of chunks. Directory: {@link Dir}. Symlink: target. */
  DATA: 14,
  /** Bytes of the block, entries of the table, bytes of the target. */
  CAPACITY: 15,
  /** The directory of the node's first name. */
  PARENT: 16,
  INO: 17,
  /** {@link Base}, 0: not from the project. */
  BASE: 18,
  FLAGS: 19,
  DIRTY_NEXT: 20,
  /** {@link Entry} of the node's first name, 0: none any more. */
  ENTRY: 21,
  /** Range of bytes that the journal has not seen, Float64 each. */
  DIRTY_FROM: 22,
  DIRTY_TO: 24,
  /** Nameless file that keeps the project's content of a file changed since, 0: none. */
  KEPT: 26,
  BYTES: 112,
} as const;

export const Flag = {
  /** The content is in the base, not read yet. */
  LAZY: 1,
  /** DATA is a table of chunks. */
  CHUNKED: 2,
  /** A directory whose names in the base are not known yet. */
  UNLISTED: 4,
  /** The content is no longer the base's. */
  CONTENT: 8,
  /** The mode is no longer the base's. */
  META: 16,
  /** Something at or below this directory differs from the base. */
  BELOW: 32,
  /** Belongs to the shadow: the journal keeps it. */
  PINNED: 64,
  IN_DIRTY: 128,
  DIRTY_DATA: 256,
  /** Has had two names: its first name alone does not tell where its changes show. */
  MULTI: 512,
  /** No name and not open, but the journal has not seen that. */
  DEAD: 1024,
  /** The journal has a record of it. */
  SAVED: 2048,
  /** Has no name any more and was read before: the journal keeps the project's content, to merge with. */
  HELD: 4096,
} as const;

/** What an entry of the project looked like when it was seen. */
export const Base = {
  PATH: 0,
  PATH_LENGTH: 1,
  TYPE: 2,
  MODE: 3,
  SIZE: 4,
  MTIME: 6,
  CTIME: 8,
  INO: 10,
  NLINK: 12,
  TARGET: 13,
  TARGET_LENGTH: 14,
  BYTES: 64,
} as const;

/** A directory's names. */
export const Dir = {
  /** Hash table of entries: 0 empty, 1 removed. */
  HASH: 0,
  HASH_CAPACITY: 1,
  HASH_USED: 2,
  /** Names that are there (no whiteouts). */
  COUNT: 3,
  /** Pairs of sequence number and entry, in the order of creation; entry 0: removed. */
  ORDER: 4,
  ORDER_LENGTH: 5,
  ORDER_CAPACITY: 6,
  NEXT_SEQ: 7,
  /** Directories among them. */
  SUBDIRECTORIES: 8,
  BYTES: 48,
} as const;

/** One name in a directory; the name's bytes follow. */
export const Entry = {
  /** 0: a whiteout, the base's name is gone. */
  NODE: 0,
  HASH: 1,
  SEQ: 2,
  FLAGS: 3,
  NAME_LENGTH: 4,
  /** The project's own node of this name, once something else or nothing stands here; the entry holds it open. */
  WAS: 5,
  NAME: 6,
} as const;

export const EntryFlag = {
  /** The journal has not seen its present state. */
  DIRTY: 2,
  /** The journal has a record of it. */
  SAVED: 4,
  /** Removed, kept until the journal has seen it. */
  GHOST: 8,
} as const;

/** Bytes of a file's chunk; smaller files have one block of their own size. */
export const CHUNK = 65536;

/** Largest size of a file: what the heap could hold at all. */
export const MAX_FILE = 4 * 1024 ** 3;
