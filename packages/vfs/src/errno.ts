/**
 * Error numbers of WASI preview 1 (`errno` in `wasi_snapshot_preview1.witx`). Inside Shadowbox a system call answers
 * with a result ≥ 0 or with one of these, negated; numbers go to the guest unchanged.
 */
export const Errno = {
  SUCCESS: 0,
  E2BIG: 1,
  EACCES: 2,
  EAGAIN: 6,
  EBADF: 8,
  EBUSY: 10,
  ECHILD: 12,
  EEXIST: 20,
  EFAULT: 21,
  EFBIG: 22,
  EILSEQ: 25,
  EINTR: 27,
  EINVAL: 28,
  EIO: 29,
  EISDIR: 31,
  ELOOP: 32,
  EMFILE: 33,
  EMLINK: 34,
  ENAMETOOLONG: 37,
  ENFILE: 41,
  ENODEV: 43,
  ENOENT: 44,
  ENOEXEC: 45,
  ENOMEM: 48,
  ENOSPC: 51,
  ENOSYS: 52,
  ENOTDIR: 54,
  ENOTEMPTY: 55,
  ENOTSOCK: 57,
  ENOTSUP: 58,
  ENOTTY: 59,
  ENXIO: 60,
  EOVERFLOW: 61,
  EPERM: 63,
  EPIPE: 64,
  EROFS: 69,
  ESPIPE: 70,
  ESRCH: 71,
  ESTALE: 72,
  ETIMEDOUT: 73,
  EXDEV: 75,
  ENOTCAPABLE: 76,
} as const;

/** One of the numbers of {@link Errno}. */
export type Errno = (typeof Errno)[keyof typeof Errno];

const names = new Map<number, string>(Object.entries(Errno).map(([name, value]) => [value, name]));

/** The symbolic name of an error number, either sign: `errnoName(-44)` is `"ENOENT"`; unknown ones read `"E?<n>"`. */
export function errnoName(errno: number): string {
  return names.get(Math.abs(errno)) ?? `E?${Math.abs(errno)}`;
}
