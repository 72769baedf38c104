import { FileType, type Stat } from "@shadowbox/vfs";
import { OpenFlags } from "../kernel/layout.ts";
import type { Guest } from "./guest.ts";

/** `fdflags` of preview 1. */
export const FdFlags = { APPEND: 1, DSYNC: 2, NONBLOCK: 4, RSYNC: 8, SYNC: 16 } as const;

/** `oflags` of preview 1. */
export const OFlags = { CREAT: 1, DIRECTORY: 2, EXCL: 4, TRUNC: 8 } as const;

/** `lookupflags` of preview 1. */
export const SYMLINK_FOLLOW = 1;

/** `rights` of preview 1, as numbers: it defines 30 bits. */
export const Rights = {
  FD_DATASYNC: 1 << 0,
  FD_READ: 1 << 1,
  FD_SEEK: 1 << 2,
  FD_FDSTAT_SET_FLAGS: 1 << 3,
  FD_SYNC: 1 << 4,
  FD_TELL: 1 << 5,
  FD_WRITE: 1 << 6,
  FD_ADVISE: 1 << 7,
  FD_ALLOCATE: 1 << 8,
  PATH_CREATE_DIRECTORY: 1 << 9,
  PATH_CREATE_FILE: 1 << 10,
  PATH_LINK_SOURCE: 1 << 11,
  PATH_LINK_TARGET: 1 << 12,
  PATH_OPEN: 1 << 13,
  FD_READDIR: 1 << 14,
  PATH_READLINK: 1 << 15,
  PATH_RENAME_SOURCE: 1 << 16,
  PATH_RENAME_TARGET: 1 << 17,
  PATH_FILESTAT_GET: 1 << 18,
  PATH_FILESTAT_SET_SIZE: 1 << 19,
  PATH_FILESTAT_SET_TIMES: 1 << 20,
  FD_FILESTAT_GET: 1 << 21,
  FD_FILESTAT_SET_SIZE: 1 << 22,
  FD_FILESTAT_SET_TIMES: 1 << 23,
  PATH_SYMLINK: 1 << 24,
  PATH_REMOVE_DIRECTORY: 1 << 25,
  PATH_UNLINK_FILE: 1 << 26,
  ALL: (1 << 30) - 1,
  /** Those of an open directory: everything but reading, writing and seeking it. */
  DIRECTORY: ((1 << 30) - 1) & ~((1 << 1) | (1 << 2) | (1 << 5) | (1 << 6) | (1 << 8) | (1 << 22)),
  /** Those of a file: nothing that takes a path, no directory listing, no sockets. */
  FILE: 0x8e001ff,
} as const;

const FLAG_PAIRS = [
  [FdFlags.APPEND, OpenFlags.APPEND],
  [FdFlags.DSYNC, OpenFlags.DSYNC],
  [FdFlags.NONBLOCK, OpenFlags.NONBLOCK],
  [FdFlags.RSYNC, OpenFlags.RSYNC],
  [FdFlags.SYNC, OpenFlags.SYNC],
] as const;

/** Flags of an open file as `fdflags`. */
export function toFdFlags(flags: number): number {
  let out = 0;
  for (const [theirs, ours] of FLAG_PAIRS) if (flags & ours) out |= theirs;
  return out;
}

/** `fdflags` as flags of an open file. */
export function fromFdFlags(fdflags: number): number {
  let out = 0;
  for (const [theirs, ours] of FLAG_PAIRS) if (fdflags & theirs) out |= ours;
  return out;
}

/** Preview 1 has no file type for a pipe. */
export function guestFileType(type: number): number {
  return type === FileType.FIFO ? FileType.UNKNOWN : type;
}

/** Writes a `filestat`: 64 bytes. */
export function writeFilestat(guest: Guest, at: number, stat: Stat): void {
  guest.bytes(at, 64).fill(0);
  guest.setU53(at, stat.dev);
  guest.setU53((at >>> 0) + 8, stat.ino);
  guest.u8[(at >>> 0) + 16] = guestFileType(stat.type);
  guest.setU53((at >>> 0) + 24, stat.nlink);
  guest.setU53((at >>> 0) + 32, stat.size);
  guest.setU64((at >>> 0) + 40, stat.atimeNs);
  guest.setU64((at >>> 0) + 48, stat.mtimeNs);
  guest.setU64((at >>> 0) + 56, stat.ctimeNs);
}

/** `fstflags` of preview 1. */
const Fst = { ATIM: 1, ATIM_NOW: 2, MTIM: 4, MTIM_NOW: 8 } as const;

/** The times to set, absent ones to keep; `undefined` if the flags contradict each other (EINVAL). */
export function timesToSet(
  atim: bigint,
  mtim: bigint,
  flags: number,
  now: bigint,
): { atimeNs?: bigint; mtimeNs?: bigint } | undefined {
  if (flags & ~15) return undefined;
  if (flags & Fst.ATIM && flags & Fst.ATIM_NOW) return undefined;
  if (flags & Fst.MTIM && flags & Fst.MTIM_NOW) return undefined;
  const times: { atimeNs?: bigint; mtimeNs?: bigint } = {};
  if (flags & Fst.ATIM) times.atimeNs = BigInt.asUintN(64, atim);
  if (flags & Fst.ATIM_NOW) times.atimeNs = now;
  if (flags & Fst.MTIM) times.mtimeNs = BigInt.asUintN(64, mtim);
  if (flags & Fst.MTIM_NOW) times.mtimeNs = now;
  return times;
}
