import { concat, Errno } from "@shadowbox/vfs";
import type { Guest, GuestFunctions } from "./guest.ts";

/** A vector up to this many bytes is gathered into one write, so that pipes and appends take it in one piece. */
const GATHER = 65536;
/** POSIX IOV_MAX. */
const MAX_VECTORS = 1024;

/** `fd_read`, `fd_write`, `fd_pread`, `fd_pwrite`. A vector is an array of (u32 pointer, u32 length). */
export function fdIoFunctions(guest: Guest): GuestFunctions {
  return {
    fd_read(fd: number, vectors: number, count: number, result: number): number {
      const { io } = guest.process;
      if (count === 1) {
        const done = io.read(fd, vector(guest, vectors, 0));
        if (done < 0) return -done;
        guest.setU32(result, done);
        return 0;
      }
      return scatter(guest, fd, vectors, count, result, -1);
    },
    fd_write(fd: number, vectors: number, count: number, result: number): number {
      const { io } = guest.process;
      const done =
        count === 1 ? io.write(fd, vector(guest, vectors, 0)) : gather(guest, fd, vectors, count, -1);
      if (done < 0) return -done;
      guest.setU32(result, done);
      return 0;
    },
    fd_pread(fd: number, vectors: number, count: number, offset: bigint, result: number): number {
      const at = offsetOf(offset);
      if (at < 0) return guest.process.file(fd) < 0 ? Errno.EBADF : Errno.EINVAL;
      return scatter(guest, fd, vectors, count, result, at);
    },
    fd_pwrite(fd: number, vectors: number, count: number, offset: bigint, result: number): number {
      const at = offsetOf(offset);
      if (at < 0) return guest.process.file(fd) < 0 ? Errno.EBADF : Errno.EINVAL;
      const done = gather(guest, fd, vectors, count, at);
      if (done < 0) return -done;
      guest.setU32(result, done);
      return 0;
    },
  };
}

/** An offset as a number, -1 for one that is out of range. */
function offsetOf(offset: bigint): number {
  return offset < 0n || offset > BigInt(Number.MAX_SAFE_INTEGER) ? -1 : Number(offset);
}

function vector(guest: Guest, vectors: number, index: number): Uint8Array {
  const at = (vectors >>> 0) + index * 8;
  const { view } = guest;
  return guest.bytes(view.getUint32(at, true), view.getUint32(at + 4, true));
}

/** Reads into vectors, at `offset` or (-1) at the file's own; stops at the first short read, and never waits a second time. */
function scatter(
  guest: Guest,
  fd: number,
  vectors: number,
  count: number,
  result: number,
  offset: number,
): number {
  if (count >>> 0 > MAX_VECTORS) return Errno.EINVAL;
  const { io } = guest.process;
  let total = 0;
  for (let index = 0; index < count; index++) {
    const into = vector(guest, vectors, index);
    if (total > 0 && into.length > 0 && offset < 0 && !io.readable(fd)) break;
    const done = offset < 0 ? io.read(fd, into) : io.pread(fd, into, offset + total);
    if (done < 0 && total === 0) return -done;
    if (done < 0) break;
    total += done;
    if (done < into.length) break;
  }
  if (count === 0) {
    const done = offset < 0 ? io.read(fd, new Uint8Array(0)) : io.pread(fd, new Uint8Array(0), offset);
    if (done < 0) return -done;
  }
  guest.setU32(result, total);
  return 0;
}

/** Writes vectors in one piece if they are small, else one after another; bytes written or a negated errno. */
function gather(guest: Guest, fd: number, vectors: number, count: number, offset: number): number {
  if (count >>> 0 > MAX_VECTORS) return -Errno.EINVAL;
  const { io } = guest.process;
  const parts: Uint8Array[] = [];
  let length = 0;
  for (let index = 0; index < count; index++) {
    const part = vector(guest, vectors, index);
    length += part.length;
    if (part.length > 0) parts.push(part);
  }
  const write = (bytes: Uint8Array, done: number): number =>
    offset < 0 ? io.write(fd, bytes) : io.pwrite(fd, bytes, offset + done);
  if (parts.length === 1) return write(parts[0], 0);
  if (length <= GATHER) return write(concat(parts), 0);
  let total = 0;
  for (const part of parts) {
    const done = write(part, total);
    if (done < 0) return total > 0 ? total : done;
    total += done;
    if (done < part.length) break;
  }
  return total;
}
