import { statSync } from "node:fs";
import { join } from "node:path";
import { BundleError } from "../errors.ts";
import type { Asset, Digest } from "../formats.ts";
import { LIMITS } from "../limits.ts";
import type { Store } from "../store.ts";
import { verifyBytes } from "../verify-asset.ts";
import type { VerifiedManifest } from "../verify-manifest.ts";
import { readBounded } from "./folder-source.ts";
import { nodePlatform } from "./platform.ts";
import { writeWhole } from "./write.ts";

const placeIn = (folder: string, sha256: Digest) => join(folder, `${sha256}.wasm`);

/** Whether `folder` has a file for an asset; what is in it is verified when it is loaded. */
export function isBrought(folder: string, { sha256, size }: Asset): boolean {
  return statSync(placeIn(folder, sha256), { throwIfNoEntry: false })?.size === size;
}

/**
 * Keeps the assets of an optional bundle in `folder`. Nothing is written unless each is, byte for byte, what the manifest names: throws
 * `not-found`, `asset-size`, `asset-digest`.
 */
export function keepBrought(
  folder: string,
  manifest: VerifiedManifest,
  made: ReadonlyMap<string, Uint8Array>,
): void {
  const platform = nodePlatform();
  const whole = Object.entries(manifest.assets).map(([name, asset]) => {
    const bytes = made.get(name);
    if (bytes === undefined)
      throw new BundleError("not-found", `bring "${manifest.name}": its wheel gives no "${name}"`);
    return [asset.sha256, verifyBytes(bytes, asset, platform.sha256(bytes), `"${name}"`)] as const;
  });
  for (const [sha256, bytes] of whole) writeWhole(placeIn(folder, sha256), bytes, 0o600);
}

/** What was brought into `folder`, before what `next` has. */
export function withBrought(folder: string, next: Required<Store> | undefined): Required<Store> {
  const getSync = (sha256: Digest): Uint8Array | undefined => {
    const file = placeIn(folder, sha256);
    if (statSync(file, { throwIfNoEntry: false }) === undefined) return next?.getSync(sha256);
    return readBounded(file, LIMITS.assetBytes);
  };
  const putSync = (sha256: Digest, bytes: Uint8Array) => next?.putSync(sha256, bytes);
  return {
    get: async (sha256) => getSync(sha256),
    put: async (sha256, bytes) => putSync(sha256, bytes),
    getSync,
    putSync,
  };
}
