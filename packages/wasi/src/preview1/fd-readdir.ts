import { Errno } from "@shadowbox/vfs";
import type { Guest, GuestFunctions } from "./guest.ts";
import { guestFileType } from "./types.ts";

/** Bytes of a `dirent`: u64 next, u64 inode, u32 length of the name, u8 type, padding; the name follows. */
const DIRENT = 24;

/**
 * `fd_readdir`: as many entries as fit, the last one cut off where the buffer ends, which tells the guest to ask again
 * with a larger one. A cookie is what the entry before it gave as `next`.
 */
export function fdReaddirFunctions(guest: Guest): GuestFunctions {
  const entry = new Uint8Array(DIRENT);
  const fields = new DataView(entry.buffer);
  return {
    fd_readdir(fd: number, buffer: number, length: number, cookie: bigint, result: number): number {
      const from = BigInt.asUintN(64, cookie);
      if (guest.process.file(fd) < 0) return Errno.EBADF;
      if (from > BigInt(Number.MAX_SAFE_INTEGER)) return Errno.EINVAL;
      const out = guest.bytes(buffer, length);
      let used = 0;
      const status = guest.process.io.readdir(fd, Number(from), (name, ino, type, next) => {
        setU53(fields, 0, next);
        setU53(fields, 8, ino);
        fields.setUint32(16, name.length, true);
        entry[20] = guestFileType(type);
        used += put(out, used, entry);
        used += put(out, used, name);
        return used < out.length;
      });
      if (status < 0) return -status;
      guest.setU32(result, used);
      return 0;
    },
  };
}

/** A number up to 2⁵³ as eight bytes. */
function setU53(fields: DataView, at: number, value: number): void {
  fields.setUint32(at, value >>> 0, true);
  fields.setUint32(at + 4, Math.floor(value / 2 ** 32), true);
}

function put(out: Uint8Array, at: number, bytes: Uint8Array): number {
  const count = Math.min(bytes.length, out.length - at);
  out.set(count === bytes.length ? bytes : bytes.subarray(0, count), at);
  return count;
}
