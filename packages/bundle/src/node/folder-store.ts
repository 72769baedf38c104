import { join } from "node:path";
import { BundleError } from "../errors.ts";
import { LIMITS } from "../limits.ts";
import type { Store } from "../store.ts";
import { readBounded } from "./folder-source.ts";
import { collectGarbage } from "./gc.ts";
import { writeWhole } from "./write.ts";

/**
 * A {@link Store} in a folder, one file per digest: `ab/abcd….wasm`. Files appear by rename, so a reader sees all of one or
 * nothing, and two processes that keep the same module write the same bytes. Every failure means "not kept".
 * Over `maxBytes` (default 1 GiB) those kept first go.
 */
export function folderStore(folder: string, { maxBytes = 2 ** 30 } = {}): Required<Store> {
  const place = (sha256: string) => join(folder, sha256.slice(0, 2), `${sha256}.wasm`);
  const getSync = (sha256: string) => {
    try {
      return readBounded(place(sha256), LIMITS.assetBytes);
    } catch {
      return undefined;
    }
  };
  const putSync = (sha256: string, bytes: Uint8Array) => {
    try {
      writeWhole(place(sha256), bytes, 0o600);
      collectGarbage(folder, { maxBytes, keep: new Set([sha256]) });
    } catch (error) {
      if (!(error instanceof BundleError)) throw error;
    }
  };
  return {
    get: async (sha256) => getSync(sha256),
    put: async (sha256, bytes) => putSync(sha256, bytes),
    getSync,
    putSync,
  };
}
