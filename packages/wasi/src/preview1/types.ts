import { FileType, type Stat } from "@shadowbox/vfs";
import { OpenFlags } from "../kernel/layout.ts";
import { statMode } from "../kernel/rpc.ts";
import { USER } from "../kernel/walker.ts";
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

/** Bytes of a `filestat`. */
const FILESTAT = 64;
/** What a program leaves in the padding, as the u32 at 16, to be told mode and blocks in it: a type of 0 and `mod`. */
const ASKS = 0x646f6d00;
/** In the same place, above the type: mode and blocks follow. */
const TOLD = 1;

/** Writes a `filestat`; in its padding what preview 1 lacks, if the program asked (docs/host-services.md). */
export function writeFilestat(guest: Guest, pointer: number, stat: Stat): void {
  const at = pointer >>> 0;
  const { view } = guest;
  if (at + FILESTAT > view.byteLength) throw new RangeError("outside of the memory");
  const asked =
    view.getUint32(at + 16, true) === ASKS &&
    stat.uid === USER.uid &&
    stat.gid === USER.gid &&
    stat.rdev === 0;
  setU53(view, at, stat.dev);
  setU53(view, at + 8, stat.ino);
  const type = guestFileType(stat.type);
  view.setUint32(at + 16, asked ? type | (TOLD << 8) | (statMode(stat) << 16) : type, true);
  view.setUint32(at + 20, asked ? stat.blocks : 0, true);
  setU53(view, at + 24, stat.nlink);
  setU53(view, at + 32, stat.size);
  view.setBigInt64(at + 40, stat.atimeNs, true);
  view.setBigInt64(at + 48, stat.mtimeNs, true);
  view.setBigInt64(at + 56, stat.ctimeNs, true);
}

function setU53(view: DataView, at: number, value: number): void {
  view.setUint32(at, value >>> 0, true);
  view.setUint32(at + 4, value > 0xffffffff ? Math.floor(value / 2 ** 32) : 0, true);
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
