import { equalBytes, fromHex } from "./bytes.ts";
import { BundleError } from "./errors.ts";
import type { Asset } from "./formats.ts";
import type { Platform } from "./platform.ts";
import { brand, type Verified } from "./verified.ts";

/** The true bytes of an asset, proven by their digest. */
export type VerifiedBytes = Verified<Uint8Array>;

/** Checks packed bytes before anything unpacks them. Throws `asset-size` or `asset-digest`. Pure. */
export function verifyStored(bytes: Uint8Array, asset: Asset, platform: Platform): VerifiedBytes {
  return verifyBytes(bytes, asset.stored, platform.sha256(bytes), "stored asset");
}

/** Checks the true bytes of an asset. Throws `asset-size` or `asset-digest`. Pure. */
export function verifyAsset(bytes: Uint8Array, asset: Asset, platform: Platform): VerifiedBytes {
  return verifyBytes(bytes, asset, platform.sha256(bytes), "asset");
}

/** Compares size and a digest that the caller computed from these same bytes. */
export function verifyBytes(
  bytes: Uint8Array,
  expected: { readonly sha256: string; readonly size: number },
  sha256: Uint8Array,
  what: string,
): VerifiedBytes {
  verifyDigest({ sha256, size: bytes.length }, expected, what);
  return brand<Uint8Array>(bytes);
}

/** Compares what was counted and computed of bytes that went by. Throws `asset-size` or `asset-digest`. */
export function verifyDigest(
  { sha256, size }: { readonly sha256: Uint8Array; readonly size: number },
  expected: { readonly sha256: string; readonly size: number },
  what: string,
): void {
  if (size !== expected.size)
    throw new BundleError("asset-size", `verify ${what}: expected ${expected.size} bytes, got ${size}`);
  if (!equalBytes(sha256, fromHex(expected.sha256)))
    throw new BundleError(
      "asset-digest",
      `verify ${what}: expected sha256 ${expected.sha256}, got other bytes`,
    );
}
