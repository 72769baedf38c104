import { Errno } from "@shadowbox/vfs";
import { FileKind, OpenFile, OpenFlags } from "../kernel/layout.ts";
import { isPipe } from "../kernel/open-files.ts";
import type { Guest, GuestFunction, GuestFunctions } from "./guest.ts";
import { OFlags, Rights } from "./types.ts";

/**
 * Rights of preview 1: what a descriptor may be used for. They can be given up, for the descriptor itself (base) and for
 * what is opened through it (inheriting), and never be gained. Reading and writing are given up by the open file's own
 * flags, so that the calls that move bytes need no check of their own.
 */

/** Per function: the parameters that are descriptors, and the right that each must have. */
const NEEDED: Readonly<Record<string, readonly (readonly [parameter: number, right: number])[]>> = {
  fd_advise: [[0, Rights.FD_ADVISE]],
  fd_allocate: [[0, Rights.FD_ALLOCATE]],
  fd_datasync: [[0, Rights.FD_DATASYNC]],
  fd_fdstat_set_flags: [[0, Rights.FD_FDSTAT_SET_FLAGS]],
  fd_filestat_get: [[0, Rights.FD_FILESTAT_GET]],
  fd_filestat_set_size: [[0, Rights.FD_FILESTAT_SET_SIZE]],
  fd_filestat_set_times: [[0, Rights.FD_FILESTAT_SET_TIMES]],
  fd_readdir: [[0, Rights.FD_READDIR]],
  fd_seek: [[0, Rights.FD_SEEK]],
  fd_sync: [[0, Rights.FD_SYNC]],
  fd_tell: [[0, Rights.FD_TELL]],
  path_create_directory: [[0, Rights.PATH_CREATE_DIRECTORY]],
  path_filestat_get: [[0, Rights.PATH_FILESTAT_GET]],
  path_filestat_set_times: [[0, Rights.PATH_FILESTAT_SET_TIMES]],
  path_link: [
    [0, Rights.PATH_LINK_SOURCE],
    [4, Rights.PATH_LINK_TARGET],
  ],
  path_open: [[0, Rights.PATH_OPEN]],
  path_readlink: [[0, Rights.PATH_READLINK]],
  path_remove_directory: [[0, Rights.PATH_REMOVE_DIRECTORY]],
  path_rename: [
    [0, Rights.PATH_RENAME_SOURCE],
    [3, Rights.PATH_RENAME_TARGET],
  ],
  path_symlink: [[2, Rights.PATH_SYMLINK]],
  path_unlink_file: [[0, Rights.PATH_UNLINK_FILE]],
};

/** Wraps functions so that they refuse descriptors without the right: ENOTCAPABLE, EPERM for those that take a path. */
export function requireRights(guest: Guest, functions: GuestFunctions): GuestFunctions {
  const out: Record<string, GuestFunction> = {};
  for (const [name, body] of Object.entries(functions)) {
    const needed = NEEDED[name];
    const call = body as unknown as (...args: number[]) => number;
    const errno = name.startsWith("path_") ? Errno.EPERM : Errno.ENOTCAPABLE;
    if (needed === undefined) out[name] = body;
    else if (needed.length === 1 && needed[0][0] === 0)
      out[name] = requireOne(guest, call, needed[0][1], errno);
    else
      out[name] = (...args: number[]): number =>
        needed.some(([parameter, right]) => lacks(guest, args[parameter], right)) ? errno : call(...args);
  }
  return out;
}

/** The usual case, of the first parameter. One closure per number of parameters: rest parameters would cost an array a call. */
function requireOne(
  guest: Guest,
  call: (...args: number[]) => number,
  right: number,
  errno: number,
): GuestFunction {
  switch (call.length) {
    case 2:
      return (fd: number, b: number) => (lacks(guest, fd, right) ? errno : call(fd, b));
    case 4:
      return (fd: number, b: number, c: number, d: number) =>
        lacks(guest, fd, right) ? errno : call(fd, b, c, d);
    case 5:
      return (fd: number, b: number, c: number, d: number, e: number) =>
        lacks(guest, fd, right) ? errno : call(fd, b, c, d, e);
    case 9:
      return (
        a: number,
        b: number,
        c: number,
        d: number,
        e: number,
        f: number,
        g: number,
        h: number,
        i: number,
      ) => (lacks(guest, a, right) ? errno : call(a, b, c, d, e, f, g, h, i));
    default:
      return (...args: number[]) => (lacks(guest, args[0], right) ? errno : call(...args));
  }
}

/** Whether an open descriptor gave the right up. */
function lacks(guest: Guest, fd: number, right: number): boolean {
  const file = guest.process.file(fd);
  if (file < 0) return false;
  const kept = guest.process.kernel.memory.i32[file + OpenFile.RIGHTS];
  return kept !== -1 && (kept & right) === 0;
}

/** Rights that a descriptor shows: what its kind allows, less what it was opened without or gave up. */
export function rightsOf(guest: Guest, file: number): { base: number; inheriting: number } {
  const { i32 } = guest.process.kernel.memory;
  const kind = i32[file + OpenFile.KIND];
  const flags = i32[file + OpenFile.FLAGS];
  let base: number = kind === FileKind.DIRECTORY ? Rights.DIRECTORY : Rights.FILE;
  if ((flags & OpenFlags.READ) === 0) base &= ~Rights.FD_READ;
  if ((flags & OpenFlags.WRITE) === 0)
    base &= ~(Rights.FD_WRITE | Rights.FD_ALLOCATE | Rights.FD_FILESTAT_SET_SIZE);
  // wasi-libc takes a character device that cannot seek for a terminal.
  if (isPipe(kind) || flags & OpenFlags.TTY) base &= ~(Rights.FD_SEEK | Rights.FD_TELL);
  const inheriting = kind === FileKind.DIRECTORY ? Rights.ALL : 0;
  return {
    base: base & i32[file + OpenFile.RIGHTS],
    inheriting: inheriting & i32[file + OpenFile.INHERITING],
  };
}

/** Leaves an open descriptor these rights. ENOTCAPABLE for one that it does not have. */
export function setRights(guest: Guest, fd: number, base: bigint, inheriting: bigint): number {
  const now = rightsOf(guest, guest.process.file(fd));
  if (base & ~BigInt(now.base) || inheriting & ~BigInt(now.inheriting)) return Errno.ENOTCAPABLE;
  const status = guest.process.unshare(fd);
  if (status < 0) return -status;
  keep(guest, guest.process.file(fd), Number(base), Number(inheriting));
  return 0;
}

function keep(guest: Guest, file: number, base: number, inheriting: number): void {
  const { i32 } = guest.process.kernel.memory;
  i32[file + OpenFile.RIGHTS] = base;
  i32[file + OpenFile.INHERITING] = inheriting;
  if (i32[file + OpenFile.KIND] === FileKind.DIRECTORY) return;
  if ((base & Rights.FD_READ) === 0) i32[file + OpenFile.FLAGS] &= ~OpenFlags.READ;
  if ((base & Rights.FD_WRITE) === 0) i32[file + OpenFile.FLAGS] &= ~OpenFlags.WRITE;
}

/** Whether a directory's rights allow an open through it: 0, or EPERM. */
export function mayOpen(guest: Guest, fd: number, rights: number, oflags: number): number {
  if (oflags & OFlags.CREAT && lacks(guest, fd, Rights.PATH_CREATE_FILE)) return Errno.EPERM;
  if (oflags & OFlags.TRUNC && lacks(guest, fd, Rights.PATH_FILESTAT_SET_SIZE)) return Errno.EPERM;
  const passed = inherited(guest, fd);
  return rights & (Rights.FD_READ | Rights.FD_WRITE) & ~passed ? Errno.EPERM : 0;
}

/** What is opened through a directory has no more than the directory hands on. */
export function inheritRights(guest: Guest, from: number, opened: number): void {
  const passed = inherited(guest, from);
  if (passed === -1) return;
  const file = guest.process.file(opened);
  const now = rightsOf(guest, file);
  keep(guest, file, now.base & passed, now.inheriting & passed);
}

function inherited(guest: Guest, fd: number): number {
  const file = guest.process.file(fd);
  return file < 0 ? -1 : guest.process.kernel.memory.i32[file + OpenFile.INHERITING];
}
