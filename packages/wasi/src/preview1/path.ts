import { Errno, emptyStat } from "@shadowbox/vfs";
import { OpenFlags } from "../kernel/layout.ts";
import type { Lookup } from "../kernel/walker.ts";
import { clockTime } from "./clock.ts";
import { errnoOf, type Guest, type GuestFunctions } from "./guest.ts";
import { inheritRights, mayOpen } from "./rights.ts";
import { fromFdFlags, OFlags, Rights, SYMLINK_FOLLOW, timesToSet, writeFilestat } from "./types.ts";

const SLASH = 0x2f;
/** Preview 1 cannot say a mode: what is made gets these, less the umask. */
const FILE_MODE = 0o666;
const DIRECTORY_MODE = 0o777;

/** The functions that take a path, relative to a directory descriptor; an absolute one is EPERM. */
export function pathFunctions(guest: Guest): GuestFunctions {
  return {
    ...openFunctions(guest),
    ...statFunctions(guest),
    ...nameFunctions(guest),
    ...linkFunctions(guest),
  };
}

/** A path of the guest, or a negated errno. */
function pathAt(guest: Guest, pointer: number, length: number): Uint8Array | number {
  const path = guest.bytes(pointer, length);
  if (path.length === 0) return -Errno.ENOENT;
  if (path[0] === SLASH) return -Errno.EPERM;
  return path;
}

/** Paths may not leave a directory that the guest opened; of the root `..` is the root itself. */
function lookup(guest: Guest, fd: number, flags: number): Lookup {
  return { follow: (flags & SYMLINK_FOLLOW) !== 0, beneath: !guest.process.isRoot(fd) };
}

/** The looser directory decides when one of two is the root: both walks stay inside it anyway. */
function lookupBoth(guest: Guest, fd: number, other: number): Lookup {
  return { beneath: !guest.process.isRoot(fd) && !guest.process.isRoot(other) };
}

/** Leaving a directory shows as EPERM, as other hosts answer. */
function result(status: number): number {
  return status === -Errno.ENOTCAPABLE ? Errno.EPERM : errnoOf(status);
}

function openFunctions(guest: Guest): GuestFunctions {
  return {
    path_open(
      fd: number,
      lookupFlags: number,
      pointer: number,
      length: number,
      oflags: number,
      base: bigint,
      _inheriting: bigint,
      fdflags: number,
      opened: number,
    ): number {
      const path = pathAt(guest, pointer, length);
      if (typeof path === "number") return -path;
      if (oflags & ~15 || fdflags & ~31) return Errno.EINVAL;
      const rights = Number(BigInt.asUintN(30, base));
      const refused = mayOpen(guest, fd, rights, oflags);
      if (refused !== 0) return refused;
      const flags = openFlags(oflags, rights, fdflags, lookupFlags);
      if (oflags & OFlags.DIRECTORY && oflags & (OFlags.CREAT | OFlags.EXCL | OFlags.TRUNC))
        return Errno.EINVAL;
      const how = lookup(guest, fd, lookupFlags);
      const status = guest.process.paths.open(fd, path, flags, FILE_MODE, how);
      if (status < 0) return result(status);
      inheritRights(guest, fd, status);
      guest.setU32(opened, status);
      return 0;
    },
  };
}

/** Rights asked for decide between reading and writing; a directory is opened for reading whatever they say. */
function openFlags(oflags: number, rights: number, fdflags: number, lookupFlags: number): number {
  let flags = fromFdFlags(fdflags);
  if (rights & (Rights.FD_READ | Rights.FD_READDIR)) flags |= OpenFlags.READ;
  if (rights & (Rights.FD_WRITE | Rights.FD_ALLOCATE | Rights.FD_FILESTAT_SET_SIZE)) flags |= OpenFlags.WRITE;
  if (oflags & OFlags.CREAT) flags |= OpenFlags.CREATE;
  if (oflags & OFlags.EXCL) flags |= OpenFlags.EXCLUSIVE;
  if (oflags & OFlags.TRUNC) flags |= OpenFlags.TRUNCATE;
  if (oflags & OFlags.DIRECTORY) {
    flags |= OpenFlags.DIRECTORY | OpenFlags.READ;
    // Only the wish to write itself makes a directory the wrong thing (EISDIR).
    if ((rights & Rights.FD_WRITE) === 0) flags &= ~OpenFlags.WRITE;
  }
  if ((lookupFlags & SYMLINK_FOLLOW) === 0) flags |= OpenFlags.NOFOLLOW;
  return flags;
}

function statFunctions(guest: Guest): GuestFunctions {
  const stat = emptyStat();
  return {
    path_filestat_get(fd: number, flags: number, pointer: number, length: number, out: number): number {
      const path = pathAt(guest, pointer, length);
      if (typeof path === "number") return -path;
      const status = guest.process.paths.stat(fd, path, stat, lookup(guest, fd, flags));
      if (status < 0) return result(status);
      writeFilestat(guest, out, stat);
      return 0;
    },
    path_filestat_set_times(
      fd: number,
      flags: number,
      pointer: number,
      length: number,
      atim: bigint,
      mtim: bigint,
      fstflags: number,
    ): number {
      const path = pathAt(guest, pointer, length);
      if (typeof path === "number") return -path;
      const times = timesToSet(atim, mtim, fstflags, clockTime(guest));
      if (times === undefined) return Errno.EINVAL;
      return result(guest.process.paths.setStat(fd, path, times, lookup(guest, fd, flags)));
    },
  };
}

function nameFunctions(guest: Guest): GuestFunctions {
  return {
    path_create_directory(fd: number, pointer: number, length: number): number {
      const path = pathAt(guest, pointer, length);
      if (typeof path === "number") return -path;
      return result(guest.process.paths.mkdir(fd, path, DIRECTORY_MODE, lookup(guest, fd, 0)));
    },
    path_remove_directory(fd: number, pointer: number, length: number): number {
      const path = pathAt(guest, pointer, length);
      return typeof path === "number"
        ? -path
        : result(guest.process.paths.rmdir(fd, path, lookup(guest, fd, 0)));
    },
    path_unlink_file(fd: number, pointer: number, length: number): number {
      const path = pathAt(guest, pointer, length);
      return typeof path === "number"
        ? -path
        : result(guest.process.paths.unlink(fd, path, lookup(guest, fd, 0)));
    },
    path_rename(
      fd: number,
      from: number,
      fromLength: number,
      toFd: number,
      to: number,
      toLength: number,
    ): number {
      const source = pathAt(guest, from, fromLength);
      if (typeof source === "number") return -source;
      const target = pathAt(guest, to, toLength);
      if (typeof target === "number") return -target;
      return result(guest.process.paths.rename(fd, source, toFd, target, lookupBoth(guest, fd, toFd)));
    },
  };
}

function linkFunctions(guest: Guest): GuestFunctions {
  return {
    path_link(
      fd: number,
      flags: number,
      from: number,
      fromLength: number,
      toFd: number,
      to: number,
      toLength: number,
    ): number {
      const source = pathAt(guest, from, fromLength);
      if (typeof source === "number") return -source;
      const target = pathAt(guest, to, toLength);
      if (typeof target === "number") return -target;
      const how = lookupBoth(guest, fd, toFd);
      const follow = (flags & SYMLINK_FOLLOW) !== 0;
      return result(guest.process.paths.link(fd, source, toFd, target, follow, how));
    },
    path_symlink(target: number, targetLength: number, fd: number, pointer: number, length: number): number {
      const path = pathAt(guest, pointer, length);
      if (typeof path === "number") return -path;
      const to = guest.bytes(target, targetLength).slice();
      if (to.includes(0)) return Errno.EINVAL;
      if (to[0] === SLASH && guest.process.kernel.confined) return Errno.EPERM;
      return result(guest.process.paths.symlink(to, fd, path, lookup(guest, fd, 0)));
    },
    /** As readlink(2): a longer target is cut off. */
    path_readlink(
      fd: number,
      pointer: number,
      length: number,
      buffer: number,
      size: number,
      used: number,
    ): number {
      const path = pathAt(guest, pointer, length);
      if (typeof path === "number") return -path;
      const target = guest.process.paths.readlink(fd, path, lookup(guest, fd, 0));
      if (typeof target === "number") return result(target);
      // Absolute paths mean nothing to a guest that has no root, and tell about the host.
      if (target[0] === SLASH && guest.process.kernel.confined) return Errno.EPERM;
      const part = target.subarray(0, size >>> 0);
      guest.bytes(buffer, part.length).set(part);
      guest.setU32(used, part.length);
      return 0;
    },
  };
}
