import { randomUUID } from "node:crypto";
import { mkdirSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";
import { BundleError } from "../errors.ts";

/** Writes a file so that it is there as a whole or not at all. Throws `store`. */
export function writeWhole(file: string, bytes: Uint8Array, mode = 0o644): void {
  const draft = `${file}.${process.pid}-${randomUUID()}.tmp`;
  try {
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(draft, bytes, { flag: "wx", mode });
    renameSync(draft, file);
  } catch (cause) {
    remove(draft);
    throw new BundleError("store", `write ${file}: ${(cause as Error).message}`, { cause });
  }
}

function remove(draft: string): void {
  try {
    rmSync(draft, { force: true });
  } catch {
    // Where it could not be made, it cannot be removed either.
  }
}
