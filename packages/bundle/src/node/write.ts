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
    rmSync(draft, { force: true });
    throw new BundleError("store", `write ${file}: ${(cause as Error).message}`, { cause });
  }
}
