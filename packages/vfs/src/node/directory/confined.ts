import { closeSync, constants, lstatSync, openSync } from "node:fs";

const { O_RDONLY, O_DIRECTORY, O_NOFOLLOW } = constants;

/** Linux reaches a directory's entries through its descriptor; elsewhere each name is checked on the way. */
export const BY_DESCRIPTOR = process.platform === "linux";
/** Linux: a descriptor that only names a file, which needs no permission on it. */
const O_PATH = 0o10000000;
const SLASH = Buffer.from("/");

/** How a directory is opened to go on from it. */
export const STEP = O_DIRECTORY | O_NOFOLLOW | (BY_DESCRIPTOR ? O_PATH : O_RDONLY);
/** How any file is opened to act on it and on nothing that is swapped in for it. */
export const NAMED = O_NOFOLLOW | (BY_DESCRIPTOR ? O_PATH : O_RDONLY);

export function placeIn(dir: Uint8Array, name: Uint8Array): Buffer {
  return Buffer.concat([dir, SLASH, name]);
}

/** A path that leads to what a descriptor holds. Linux. */
export function descriptorPath(fd: number): Buffer {
  return Buffer.from(`/proc/self/fd/${fd}`);
}

/**
 * Calls `use` with a path to the directory that is reached from `start` (a descriptor, or -1: `root`) over `names`, one
 * directory after the other, following no symlink; a directory that is swapped for a link meanwhile is ENOTDIR. Elsewhere
 * than on Linux, a swap between check and use is not noticed.
 */
export function inDirectory<T>(
  root: string,
  start: number,
  names: readonly Uint8Array[],
  use: (dir: Buffer) => T,
): T {
  if (!BY_DESCRIPTOR) return use(checked(root, names));
  const first = start < 0 ? openSync(root, STEP) : start;
  let fd = first;
  try {
    for (const name of names) {
      const next = openSync(placeIn(descriptorPath(fd), name), STEP);
      if (fd !== start) closeSync(fd);
      fd = next;
    }
    return use(descriptorPath(fd));
  } finally {
    if (fd !== start) closeSync(fd);
  }
}

function checked(root: string, names: readonly Uint8Array[]): Buffer {
  let at: Buffer = Buffer.from(root);
  for (const name of names) {
    at = placeIn(at, name);
    if (!lstatSync(at).isDirectory())
      throw Object.assign(new Error(`"${at}" is no directory`), { code: "ENOTDIR" });
  }
  return at;
}
