import { spawnSync } from "node:child_process";
import * as fs from "node:fs";

const CALLS = [
  "chmodSync",
  "closeSync",
  "fchmodSync",
  "fdatasyncSync",
  "fstatSync",
  "fsyncSync",
  "ftruncateSync",
  "futimesSync",
  "linkSync",
  "lstatSync",
  "mkdirSync",
  "openSync",
  "readdirSync",
  "readFileSync",
  "readlinkSync",
  "readSync",
  "renameSync",
  "rmdirSync",
  "rmSync",
  "symlinkSync",
  "unlinkSync",
  "writeSync",
] as const;

/** The calls by which this room touches a disk: one place for tests to stop, to fail or to lose writes. */
export type Files = Pick<typeof fs, (typeof CALLS)[number]> & {
  /** Makes everything written to the file system that holds the folder durable; false: this host cannot, sync one by one. */
  syncAll(folder: string): boolean;
};

const SYNC = "/usr/bin/sync";

/** The disk itself. */
export const diskFiles: Files = {
  // Not all of the module: its streams would be loaded.
  ...(Object.fromEntries(CALLS.map((name) => [name, fs[name]])) as unknown as Pick<
    typeof fs,
    (typeof CALLS)[number]
  >),
  syncAll(folder) {
    if (process.platform !== "linux" || !fs.existsSync(SYNC)) return false;
    return spawnSync(SYNC, ["-f", folder], { stdio: "ignore" }).status === 0;
  },
};

/** Writes all the bytes at the descriptor's end. */
export function writeAll(files: Files, fd: number, bytes: Uint8Array): void {
  for (let done = 0; done < bytes.length; ) done += files.writeSync(fd, bytes, done);
}

/** Puts a file of the state in place: written beside, made durable, renamed; its folder is not synced. */
export function replaceFile(files: Files, path: string, bytes: Uint8Array): void {
  const fd = files.openSync(`${path}.new`, "w", 0o600);
  try {
    writeAll(files, fd, bytes);
    files.fsyncSync(fd);
  } finally {
    files.closeSync(fd);
  }
  files.renameSync(`${path}.new`, path);
}

/** Makes the names in a folder durable. */
export function syncFolder(files: Files, path: string): void {
  const fd = files.openSync(path, "r");
  try {
    files.fsyncSync(fd);
  } finally {
    files.closeSync(fd);
  }
}
