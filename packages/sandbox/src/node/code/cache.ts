import { renameSync, rmSync, type Stats, writeFileSync } from "node:fs";
import { threadId } from "node:worker_threads";

/** Time and size of the source that was compiled, 8 bytes each. */
export const HEADER_BYTES = 16;

const SAVE = Symbol.for("shadowbox.save-code");
type Holder = { [SAVE]?: () => void };

/** Where compiled code of a file is kept: beside it, one for each version of Node. */
export function cacheName(path: string): string {
  return path.replace(/\.cjs$/, `.${process.version}-${process.arch}.cache`);
}

export function header({ mtimeMs, size }: Stats): Buffer {
  const bytes = Buffer.alloc(HEADER_BYTES);
  bytes.writeDoubleLE(mtimeMs, 0);
  bytes.writeDoubleLE(size, 8);
  return bytes;
}

export function holdSave(save: () => void): void {
  (globalThis as Holder)[SAVE] = save;
}

/**
 * Keeps the code of this thread as it is compiled by now, for the next start; does nothing where that is kept already. To
 * be called when what usually runs has run, since functions are compiled when they are first called.
 */
export function saveCompiledCode(): void {
  const holder = globalThis as Holder;
  const save = holder[SAVE];
  delete holder[SAVE];
  save?.();
}

/** Whole or not at all; where nothing can be written, the next start compiles again. */
export function writeCache(path: string, head: Buffer, code: Buffer): void {
  const beside = `${path}.${process.pid}-${threadId}`;
  try {
    writeFileSync(beside, Buffer.concat([head, code]));
    renameSync(beside, path);
  } catch {
    rmSync(beside, { force: true });
  }
}
