import { toHex } from "./bytes.ts";
import { checkSignatures, openEnvelope, parseSigned } from "./envelope.ts";
import { BundleError } from "./errors.ts";
import { type Index, indexShape } from "./formats.ts";
import { LIMITS } from "./limits.ts";
import { compareVersions, refuseLookAlikes } from "./names.ts";
import type { Platform } from "./platform.ts";
import type { Seen } from "./trust.ts";
import { brand, type Verified } from "./verified.ts";
import { refuseOtherRegistry, type VerifiedRoot } from "./verify-root.ts";

/** An index signed by the targets role of a verified root. */
export type VerifiedIndex = Verified<Index>;

/**
 * The index of a registry. Pure. Throws `too-large`, `malformed`, `key-revoked`, `key-unknown`, `signature`, `threshold`,
 * `format`, `schema`, `registry-mismatch`, `confusable`.
 */
export function verifyIndex(bytes: Uint8Array, root: VerifiedRoot, platform: Platform): VerifiedIndex {
  const envelope = openEnvelope(bytes, LIMITS.indexBytes, "index");
  const { keys, roles, revoked } = root;
  checkSignatures(envelope, { keys, roles: [roles.targets], revoked }, platform);
  const value = parseSigned(envelope, "index");
  indexShape(value, "index");
  const index = value as Index;
  refuseOtherRegistry(index, root.registry, "index");
  refuseLookAlikes(Object.keys(index.bundles));
  for (const [name, { latest, versions }] of Object.entries(index.bundles)) {
    if (!Object.hasOwn(versions, latest))
      throw new BundleError("schema", `read index: the latest version ${latest} of "${name}" is not listed`);
    const newer = Object.keys(versions).find(
      (version) =>
        versions[version]!.yanked === undefined &&
        !version.includes("-") &&
        compareVersions(version, latest) > 0,
    );
    if (newer !== undefined)
      throw new BundleError("schema", `read index: "${name}" has ${newer}, newer than its latest ${latest}`);
  }
  return brand<Index>(index);
}

/** Throws `index-rollback` for an index older than one seen, `index-fork` for another one of the same version. */
export function refuseOlderIndex(
  index: VerifiedIndex,
  bytes: Uint8Array,
  seen: Seen,
  platform: Platform,
): void {
  if (index.version < seen.index)
    throw new BundleError(
      "index-rollback",
      `verify index: version ${seen.index} was seen before, got the older ${index.version}`,
    );
  if (index.version === seen.index && seen.indexSha256 !== undefined)
    if (toHex(platform.sha256(bytes)) !== seen.indexSha256)
      throw new BundleError(
        "index-fork",
        `verify index: two different indexes say they are version ${seen.index}`,
      );
}

/** Throws `index-expired` when a remote index is past its date, which is how a freeze shows; `now` in ms since 1970. */
export function refuseExpiredIndex(index: VerifiedIndex, now: number): void {
  if (Date.parse(index.expires) <= now)
    throw new BundleError("index-expired", `verify index: it expired on ${index.expires}`);
}
