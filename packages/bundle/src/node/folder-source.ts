import { closeSync, fstatSync, openSync, readSync } from "node:fs";
import { join } from "node:path";
import { BundleError } from "../errors.ts";
import { type RegistrySource, refuseBadPath } from "../source.ts";

/** A registry in a folder, such as the official one that comes with the package. */
export function folderSource(folder: string): Required<RegistrySource> {
  const readNow = (path: string, limit: number): Uint8Array => {
    refuseBadPath(path);
    return readBounded(join(folder, path), limit);
  };
  return { name: folder, readSync: readNow, read: async (path, limit) => readNow(path, limit) };
}

/** Reads a file of at most `limit` bytes. Throws `not-found`, `too-large` or `source`. */
export function readBounded(file: string, limit: number): Uint8Array {
  let fd: number | undefined;
  try {
    fd = openSync(file, "r");
    const { size } = fstatSync(fd);
    if (size > limit)
      throw new BundleError("too-large", `read ${file}: expected at most ${limit} bytes, got ${size}`);
    const bytes = Buffer.allocUnsafeSlow(size);
    let filled = 0;
    while (filled < size) {
      const count = readSync(fd, bytes, filled, size - filled, null);
      if (count === 0) break;
      filled += count;
    }
    return bytes.subarray(0, filled);
  } catch (cause) {
    if (cause instanceof BundleError) throw cause;
    const code = (cause as NodeJS.ErrnoException).code;
    if (code === "ENOENT" || code === "ENOTDIR")
      throw new BundleError("not-found", `read ${file}: no such file`, { cause });
    throw new BundleError("source", `read ${file}: ${(cause as Error).message}`, { cause });
  } finally {
    if (fd !== undefined) closeSync(fd);
  }
}
