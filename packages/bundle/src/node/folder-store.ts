import { randomUUID } from "node:crypto";
import { mkdirSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { LIMITS } from "../limits.ts";
import type { Store } from "../store.ts";
import { readBounded } from "./folder-source.ts";

/**
 * A {@link Store} in a folder, one file per digest: `ab/abcd….wasm`. Files appear by rename, so a reader sees all of one or
 * nothing, and two processes that keep the same module write the same bytes. Every failure means "not kept".
 */
export function folderStore(folder: string): Required<Store> {
  const place = (sha256: string) => join(folder, sha256.slice(0, 2), `${sha256}.wasm`);
  const getSync = (sha256: string) => {
    try {
      return readBounded(place(sha256), LIMITS.assetBytes);
    } catch {
      return undefined;
    }
  };
  const putSync = (sha256: string, bytes: Uint8Array) => {
    const file = place(sha256);
    const draft = `${file}.${process.pid}-${randomUUID()}.tmp`;
    try {
      mkdirSync(dirname(file), { recursive: true, mode: 0o700 });
      writeFileSync(draft, bytes, { flag: "wx", mode: 0o600 });
      renameSync(draft, file);
    } catch {
      rmSync(draft, { force: true });
    }
  };
  return {
    get: async (sha256) => getSync(sha256),
    put: async (sha256, bytes) => putSync(sha256, bytes),
    getSync,
    putSync,
  };
}
