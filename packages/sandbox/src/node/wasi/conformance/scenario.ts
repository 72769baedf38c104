import { type Argument, type Call, fd, MEM } from "../testing/calls.ts";

/** Calls that are made one after another in a fresh copy of the folder that {@link FOLDER} describes, open as descriptor 3. */
export interface Scenario {
  name: string;
  calls: readonly Call[];
  /** Bytes on standard input; default none. */
  stdin?: string;
  /** How many more such folders there are inside, `folder-0` and so on; default none. */
  folders?: number;
}

/** What the folder holds: text of a file, a target after `->`, or nothing for a directory. */
export const FOLDER: Readonly<Record<string, string | undefined>> = {
  file: "0123456789",
  empty: "",
  dir: undefined,
  "dir/inner": "inner",
  "dir/sub": undefined,
  "dir/sub/deep": "deep",
  hollow: undefined,
  link: "->file",
  "link-dir": "->dir",
  "link-up": "->dir/../file",
  "dir/link-out": "->../file",
  dangling: "->nowhere",
  loop: "->loop",
  "loop-a": "->loop-b",
  "loop-b": "->loop-a",
  outside: "->../outside",
  "outside-dir": "->..",
  absolute: "->/etc/passwd",
};

export const RIGHT = {
  DATASYNC: 1n << 0n,
  READ: 1n << 1n,
  SEEK: 1n << 2n,
  WRITE: 1n << 6n,
  TELL: 1n << 5n,
  READDIR: 1n << 14n,
  ALL: 0x1fffffffn,
} as const;
export const RW = RIGHT.READ | RIGHT.WRITE;
export const O = { CREAT: 1, DIRECTORY: 2, EXCL: 4, TRUNC: 8 } as const;
export const FD = { APPEND: 1, DSYNC: 2, NONBLOCK: 4, RSYNC: 8, SYNC: 16 } as const;
export const FOLLOW = 1;

/** `path_open` into a slot of descriptors; reading unless told otherwise, symlinks not followed. */
export function open(
  path: string,
  how: {
    slot?: number;
    oflags?: number;
    rights?: bigint;
    inheriting?: bigint;
    fdflags?: number;
    follow?: number;
    from?: Argument;
  } = {},
): Call {
  const { slot = 0, oflags = 0, rights = RIGHT.READ, inheriting = RIGHT.ALL, fdflags = 0 } = how;
  const { follow = 0, from = 3 } = how;
  return ["path_open", from, follow, path, oflags, rights, inheriting, fdflags, MEM.fd(slot)];
}

/** One vector of `length` bytes of the buffer. */
export const vector = (length: number, at: number = MEM.buffer): Call => ["poke", MEM.vector, at, length];

/** Reads or writes `length` bytes of the buffer; how many are then at `MEM.out`. */
export const read = (file: Argument, length: number): Call[] => [
  ["fill", MEM.out, 8, 0],
  vector(length),
  ["fd_read", file, MEM.vector, 1, MEM.out],
  ["peek", MEM.out, 4],
  ["peek", MEM.buffer, length],
];
export const write = (file: Argument, length: number): Call[] => [
  ["fill", MEM.out, 8, 0],
  vector(length),
  ["fd_write", file, MEM.vector, 1, MEM.out],
  ["peek", MEM.out, 4],
];

/** Type, links and size of what a path names: bytes of a `filestat` that are the same everywhere. */
export const stat = (path: string, flags = 0, from: Argument = 3): Call[] => [
  ["fill", MEM.out, 64, 0],
  ["path_filestat_get", from, flags, path, MEM.out],
  ["peek", MEM.out + 16, 1],
  ["peek", MEM.out + 32, 8],
];
export const fstat = (file: Argument): Call[] => [
  ["fill", MEM.out, 64, 0],
  ["fd_filestat_get", file, MEM.out],
  ["peek", MEM.out + 16, 1],
  ["peek", MEM.out + 32, 8],
];

export { type Argument, fd, MEM };
