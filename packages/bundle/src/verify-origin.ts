import { equalBytes, fromHex, fromUtf8 } from "./bytes.ts";
import { BundleError } from "./errors.ts";
import { type Origin, originShape } from "./formats.ts";
import { parseCanonical } from "./json.ts";
import type { Platform } from "./platform.ts";
import { brand, type Verified } from "./verified.ts";
import type { VerifiedManifest } from "./verify-manifest.ts";

/** What a bundle was made of, as a verified manifest names it by digest. */
export type VerifiedOrigin = Verified<Origin>;

/** The origin of a manifest's assets. Pure. Throws `origin-digest`, `malformed`, `schema`. */
export function verifyOrigin(
  bytes: Uint8Array,
  { name, version, origin }: VerifiedManifest,
  platform: Platform,
): VerifiedOrigin {
  const what = `origin of ${name} ${version}`;
  if (bytes.length !== origin.size || !equalBytes(platform.sha256(bytes), fromHex(origin.sha256)))
    throw new BundleError(
      "origin-digest",
      `verify ${what}: expected sha256 ${origin.sha256}, got another file`,
    );
  const value = parseCanonical(fromUtf8(bytes), what);
  originShape(value, what);
  return brand<Origin>(value as Origin);
}
