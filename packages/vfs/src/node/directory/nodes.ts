import { spawnSync } from "node:child_process";
import {
  type BigIntStats,
  chmodSync,
  closeSync,
  constants,
  fchmodSync,
  mkdirSync,
  openSync,
  symlinkSync,
  writeSync,
} from "node:fs";
import { Errno } from "../../errno.ts";
import { FileType } from "../../filesystem.ts";
import { errnoOf } from "../errno.ts";
import { BY_DESCRIPTOR, descriptorPath, NAMED } from "./confined.ts";

const { O_RDWR, O_RDONLY, O_WRONLY, O_CREAT, O_EXCL, O_NOFOLLOW, O_NONBLOCK } = constants;

/** A value, or the negated errno of the system error that came instead. */
export function attempt<T>(action: () => T): T | number {
  try {
    return action();
  } catch (error) {
    return -errnoOf(error);
  }
}

/** A descriptor for all that the file's mode allows. */
export function openFile(place: Buffer): number {
  for (const access of [O_RDWR, O_RDONLY, O_WRONLY]) {
    const fd = attempt(() => openSync(place, access | O_NOFOLLOW | O_NONBLOCK));
    if (fd >= 0) return fd;
  }
  return -Errno.EACCES;
}

export function makeNode(
  place: Buffer,
  type: FileType,
  mode: number,
  target: Uint8Array | undefined,
): number {
  if (type === FileType.SYMLINK) {
    symlinkSync(Buffer.from(target ?? []), place);
    return 0;
  }
  if (type === FileType.DIRECTORY) {
    mkdirSync(place, 0o700);
    setMode(place, mode);
    return 0;
  }
  if (type === FileType.FIFO) {
    // Node has no call for it, and another process sees this one's descriptors under its number.
    const path = place.toString().replace("/proc/self/", `/proc/${process.pid}/`);
    const { status } = spawnSync("mkfifo", [path], { stdio: "ignore" });
    if (status !== 0) return -Errno.EEXIST;
    setMode(place, mode);
    return 0;
  }
  return -Errno.ENOTSUP;
}

/** A new file; its descriptor. */
export function makeFile(place: Buffer, mode: number): number {
  const fd = openSync(place, O_RDWR | O_CREAT | O_EXCL | O_NOFOLLOW, 0o600);
  fchmodSync(fd, mode & 0o7777);
  return fd;
}

/** Sets the mode of what was just made, unless a link is there by now. */
function setMode(place: Buffer, mode: number): void {
  const fd = openSync(place, NAMED);
  try {
    if (BY_DESCRIPTOR) chmodSync(descriptorPath(fd), mode & 0o7777);
    else fchmodSync(fd, mode & 0o7777);
  } finally {
    closeSync(fd);
  }
}

export function writeAll(fd: number, bytes: Uint8Array, offset: number | null): number {
  let done = 0;
  while (done < bytes.length)
    done += writeSync(fd, bytes, done, bytes.length - done, offset === null ? null : offset + done);
  return done;
}

export function typeOf(
  facts: Pick<BigIntStats, "isFile" | "isDirectory" | "isSymbolicLink" | "isFIFO" | "isSocket">,
): FileType {
  if (facts.isFile()) return FileType.REGULAR;
  if (facts.isDirectory()) return FileType.DIRECTORY;
  if (facts.isSymbolicLink()) return FileType.SYMLINK;
  if (facts.isFIFO()) return FileType.FIFO;
  return facts.isSocket() ? FileType.SOCKET : FileType.UNKNOWN;
}

/** 48 bits, from 1. */
export function hash(name: Uint8Array): number {
  let low = 0x811c9dc5;
  let high = 0x9dc5;
  for (const byte of name) {
    low = Math.imul(low ^ byte, 0x01000193);
    high = (Math.imul(high, 31) + byte) & 0xffff;
  }
  return high * 0x100000000 + (low >>> 0) + 1;
}
