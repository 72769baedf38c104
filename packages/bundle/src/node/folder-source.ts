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
  return {
    name: folder,
    readSync: readNow,
    read: async (path, limit) => readNow(path, limit),
    pour: async (path, limit, sink) => {
      refuseBadPath(path);
      for (const piece of piecesOf(join(folder, path), limit)) sink.write(piece);
    },
  };
}

/** Bytes that are read at a time. */
const PIECE = 1 << 20;

/** A file of at most `limit` bytes, piece by piece; a piece is good until the next. Throws as {@link readBounded}. */
export function* piecesOf(file: string, limit: number): Generator<Uint8Array> {
  const piece = Buffer.allocUnsafeSlow(PIECE);
  const { fd, size } = openBounded(file, limit);
  try {
    for (let done = 0, count = 1; done < size && count > 0; done += count) {
      count = readSync(fd, piece, 0, Math.min(PIECE, size - done), null);
      yield piece.subarray(0, count);
    }
  } catch (cause) {
    throw unreadable(file, cause);
  } finally {
    closeSync(fd);
  }
}

function openBounded(file: string, limit: number): { fd: number; size: number } {
  let fd: number | undefined;
  try {
    fd = openSync(file, "r");
    const { size } = fstatSync(fd);
    if (size <= limit) return { fd, size };
    throw new BundleError("too-large", `read ${file}: expected at most ${limit} bytes, got ${size}`);
  } catch (cause) {
    if (fd !== undefined) closeSync(fd);
    throw unreadable(file, cause);
  }
}

function unreadable(file: string, cause: unknown): BundleError {
  if (cause instanceof BundleError) return cause;
  const { code, message } = cause as NodeJS.ErrnoException;
  if (code === "ENOENT" || code === "ENOTDIR")
    return new BundleError("not-found", `read ${file}: no such file`, { cause });
  return new BundleError("source", `read ${file}: ${message}`, { cause });
}

/** Reads a file of at most `limit` bytes. Throws `not-found`, `too-large` or `source`. */
export function readBounded(file: string, limit: number): Uint8Array {
  const { fd, size } = openBounded(file, limit);
  try {
    const bytes = Buffer.allocUnsafeSlow(size);
    let filled = 0;
    while (filled < size) {
      const count = readSync(fd, bytes, filled, size - filled, null);
      if (count === 0) break;
      filled += count;
    }
    return bytes.subarray(0, filled);
  } catch (cause) {
    throw unreadable(file, cause);
  } finally {
    closeSync(fd);
  }
}
