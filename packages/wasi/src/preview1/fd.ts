import { Errno, emptyStat, FileType } from "@shadowbox/vfs";
import { FileKind, OpenFile, OpenFlags } from "../kernel/layout.ts";
import { isPipe } from "../kernel/open-files.ts";
import { clockTime } from "./clock.ts";
import { errnoOf, type Guest, type GuestFunctions } from "./guest.ts";
import { rightsOf, setRights } from "./rights.ts";
import { fromFdFlags, guestFileType, timesToSet, toFdFlags, writeFilestat } from "./types.ts";

/** Largest offset that is exact in a double. */
const MAX_OFFSET = BigInt(Number.MAX_SAFE_INTEGER);
const ADVICE_MAX = 5;

/** The functions on open descriptors that neither move bytes nor list directories: those are in `fd-io.ts`, `fd-readdir.ts`. */
export function fdFunctions(guest: Guest): GuestFunctions {
  return {
    ...stateFunctions(guest),
    ...syncFunctions(guest),
    ...positionFunctions(guest),
    ...filestatFunctions(guest),
    ...preopenFunctions(guest),
  };
}

/** The type shown: a terminal is a character device, whatever carries its bytes. */
function typeOf(i32: Int32Array, file: number): number {
  if (i32[file + OpenFile.FLAGS] & OpenFlags.TTY) return FileType.CHARACTER_DEVICE;
  return guestFileType(i32[file + OpenFile.TYPE]);
}

function stateFunctions(guest: Guest): GuestFunctions {
  return {
    fd_close(fd: number): number {
      return errnoOf(guest.process.close(fd));
    },
    fd_renumber(from: number, to: number): number {
      return errnoOf(guest.process.renumber(from, to));
    },
    /** `fdstat`: u8 type, u16 flags at 2, u64 rights at 8 and 16. */
    fd_fdstat_get(fd: number, result: number): number {
      const file = guest.process.file(fd);
      if (file < 0) return -file;
      const { i32 } = guest.process.kernel.memory;
      const rights = rightsOf(guest, file);
      guest.bytes(result, 24).fill(0);
      const at = result >>> 0;
      guest.u8[at] = typeOf(i32, file);
      guest.view.setUint16(at + 2, toFdFlags(i32[file + OpenFile.FLAGS]), true);
      guest.setU32(at + 8, rights.base);
      guest.setU32(at + 16, rights.inheriting);
      return 0;
    },
    fd_fdstat_set_flags(fd: number, flags: number): number {
      const file = guest.process.file(fd);
      if (file < 0) return -file;
      if (flags & ~31) return Errno.EINVAL;
      const { i32 } = guest.process.kernel.memory;
      const kept = i32[file + OpenFile.FLAGS] & ~fromFdFlags(31);
      i32[file + OpenFile.FLAGS] = kept | fromFdFlags(flags);
      return 0;
    },
    /** Rights can be given up, not gained: ENOTCAPABLE. */
    fd_fdstat_set_rights(fd: number, base: bigint, inheriting: bigint): number {
      const file = guest.process.file(fd);
      if (file < 0) return -file;
      return setRights(guest, fd, BigInt.asUintN(64, base), BigInt.asUintN(64, inheriting));
    },
    fd_advise(fd: number, _offset: bigint, length: bigint, advice: number): number {
      const file = guest.process.file(fd);
      if (file < 0) return -file;
      const { i32 } = guest.process.kernel.memory;
      const kind = i32[file + OpenFile.KIND];
      if (isPipe(kind)) return Errno.ESPIPE;
      if (kind === FileKind.DIRECTORY) return Errno.EBADF;
      return advice >>> 0 > ADVICE_MAX || length < 0n ? Errno.EINVAL : 0;
    },
  };
}

function syncFunctions(guest: Guest): GuestFunctions {
  return {
    fd_sync(fd: number): number {
      return errnoOf(guest.process.io.sync(fd));
    },
    fd_datasync(fd: number): number {
      return errnoOf(guest.process.io.sync(fd));
    },
  };
}

function positionFunctions(guest: Guest): GuestFunctions {
  return {
    fd_seek(fd: number, offset: bigint, whence: number, result: number): number {
      if (whence >>> 0 > 2) return guest.process.file(fd) < 0 ? Errno.EBADF : Errno.EINVAL;
      if (offset > MAX_OFFSET || offset < -MAX_OFFSET) return Errno.EINVAL;
      const at = guest.process.io.seek(fd, Number(offset), whence as 0 | 1 | 2);
      if (at < 0) return -at;
      guest.setU53(result, at);
      return 0;
    },
    fd_tell(fd: number, result: number): number {
      const at = guest.process.io.seek(fd, 0, 1);
      if (at < 0) return -at;
      guest.setU53(result, at);
      return 0;
    },
    fd_allocate(fd: number, offset: bigint, length: bigint): number {
      const from = BigInt.asUintN(64, offset);
      const count = BigInt.asUintN(64, length);
      const file = guest.process.file(fd);
      if (file < 0 || guest.process.kindOf(file) === FileKind.DIRECTORY) return Errno.EBADF;
      if (count === 0n) return Errno.EINVAL;
      if (from + count > MAX_OFFSET) return Errno.EFBIG;
      return errnoOf(guest.process.io.allocate(fd, Number(from), Number(count)));
    },
  };
}

function filestatFunctions(guest: Guest): GuestFunctions {
  const stat = emptyStat();
  return {
    fd_filestat_get(fd: number, result: number): number {
      const status = guest.process.io.stat(fd, stat);
      if (status < 0) return -status;
      writeFilestat(guest, result, stat);
      return 0;
    },
    fd_filestat_set_size(fd: number, size: bigint): number {
      const bytes = BigInt.asUintN(64, size);
      if (guest.process.file(fd) < 0) return Errno.EBADF;
      if (size < 0n) return Errno.EINVAL;
      if (bytes > MAX_OFFSET) return Errno.EFBIG;
      return errnoOf(guest.process.io.truncate(fd, Number(bytes)));
    },
    fd_filestat_set_times(fd: number, atim: bigint, mtim: bigint, flags: number): number {
      if (guest.process.file(fd) < 0) return Errno.EBADF;
      const times = timesToSet(atim, mtim, flags, clockTime(guest));
      return times === undefined ? Errno.EINVAL : errnoOf(guest.process.io.setStat(fd, times));
    },
  };
}

function preopenName(guest: Guest, fd: number): Uint8Array | undefined {
  const file = guest.process.fileNumber(fd);
  return file < 0 ? undefined : guest.process.kernel.preopens.nameOf(fd, file);
}

function preopenFunctions(guest: Guest): GuestFunctions {
  return {
    /** `prestat`: u8 tag 0 (directory), u32 length of the name at 4. */
    fd_prestat_get(fd: number, result: number): number {
      const name = preopenName(guest, fd);
      if (name === undefined) return Errno.EBADF;
      guest.setU32(result, 0);
      guest.setU32((result >>> 0) + 4, name.length);
      return 0;
    },
    fd_prestat_dir_name(fd: number, path: number, length: number): number {
      const name = preopenName(guest, fd);
      if (name === undefined) return Errno.EBADF;
      if (length >>> 0 < name.length) return Errno.ENAMETOOLONG;
      guest.bytes(path, name.length).set(name);
      return 0;
    },
  };
}
