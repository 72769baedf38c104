import {
  checkSignatures,
  type Envelope,
  type Keys,
  keyIdOf,
  openEnvelope,
  parseSigned,
  type Signers,
} from "./envelope.ts";
import { BundleError } from "./errors.ts";
import { type Role, type Root, rootShape } from "./formats.ts";
import { LIMITS } from "./limits.ts";
import type { Platform } from "./platform.ts";
import { checkTrustRoot, type Seen, type TrustRoot } from "./trust.ts";
import { brand, type Verified } from "./verified.ts";

/** A root whose signatures were checked against the pinned keys, or against the root before it. */
export type VerifiedRoot = Verified<Root>;

/**
 * The root that a pinned {@link TrustRoot} names: signed by its keys and by the root's own. Pure.
 * Throws `invalid` (no sound trust root), `too-large`, `malformed`, `key-unknown`, `signature`, `threshold`, `format`, `schema`, `registry-mismatch`,
 * `root-rollback` (older than the pin) or `root-chain` (newer: the chain must be walked).
 */
export function verifyRoot(bytes: Uint8Array, trust: TrustRoot, platform: Platform): VerifiedRoot {
  checkTrustRoot(trust);
  const keys: Keys = Object.fromEntries(
    trust.keys.map((key) => [keyIdOf(key, platform), { type: "ed25519", public: key }] as const),
  );
  const role: Role = { keys: Object.keys(keys), threshold: trust.threshold };
  const envelope = openEnvelope(bytes, LIMITS.rootBytes, "root");
  // A later root is signed by the keys before it too, which a pin of that root does not know and cannot judge.
  const others = trust.version > 1 ? "passed" : undefined;
  const root = authenticate(envelope, { keys, roles: [role], revoked: [], others }, platform);
  refuseOtherRegistry(root, trust.name, "root");
  if (root.version < trust.version)
    throw new BundleError(
      "root-rollback",
      `verify root: expected ${trust.version} or newer, got ${root.version}`,
    );
  if (root.version > trust.version)
    throw new BundleError(
      "root-chain",
      `verify root: expected version ${trust.version}, got ${root.version}`,
    );
  return brand<Root>(root);
}

/**
 * The root that follows another (TUF 1.0.31, 5.3.4–5.3.6): one version on, signed by a threshold of the old root's keys
 * and of its own; what was revoked stays revoked. Pure. Codes as for {@link verifyRoot}, and `root-chain`.
 */
export function verifyNextRoot(bytes: Uint8Array, previous: VerifiedRoot, platform: Platform): VerifiedRoot {
  const envelope = openEnvelope(bytes, LIMITS.rootBytes, "root");
  const trusted = { keys: previous.keys, roles: [previous.roles.root], revoked: [] };
  const root = authenticate(envelope, trusted, platform);
  refuseOtherRegistry(root, previous.registry, "root");
  if (root.version <= previous.version)
    throw new BundleError(
      "root-rollback",
      `verify root: expected ${previous.version + 1}, got ${root.version}`,
    );
  if (root.version !== previous.version + 1)
    throw new BundleError(
      "root-chain",
      `verify root: expected version ${previous.version + 1}, got ${root.version}`,
    );
  const forgotten = previous.revoked.find((keyid) => !root.revoked.includes(keyid));
  if (forgotten !== undefined)
    throw new BundleError("root-chain", `verify root: key ${forgotten} was revoked before and no longer is`);
  return brand<Root>(root);
}

/** First the signatures by keys already trusted, over the bytes; then shape and rules; then the root's own keys. */
function authenticate(envelope: Envelope, trusted: Signers, platform: Platform): Root {
  const proven = checkSignatures(envelope, { ...trusted, others: "passed" }, platform);
  const value = parseSigned(envelope, "root");
  rootShape(value, "root");
  const root = value as Root;
  checkRules(root, platform);
  const keys = { ...trusted.keys, ...root.keys };
  const roles = [...trusted.roles, root.roles.root];
  checkSignatures(envelope, { ...trusted, keys, roles, proven }, platform);
  return root;
}

function checkRules(root: Root, platform: Platform): void {
  const refuse = (text: string): never => {
    throw new BundleError("schema", `read root: ${text}`);
  };
  for (const [keyid, key] of Object.entries(root.keys))
    if (keyIdOf(key.public, platform) !== keyid) refuse(`key ${keyid} is not the digest of its key`);
  for (const role of [root.roles.root, root.roles.targets]) {
    if (role.threshold > role.keys.length) refuse(`threshold ${role.threshold} of ${role.keys.length} keys`);
    for (const keyid of role.keys) {
      if (!Object.hasOwn(root.keys, keyid)) refuse(`key ${keyid} of a role is not among the keys`);
      if (root.revoked.includes(keyid)) refuse(`key ${keyid} of a role is revoked`);
    }
  }
}

/** Throws `root-expired` when a remote root is past its date; `now` in milliseconds since 1970. */
export function refuseExpiredRoot(root: VerifiedRoot, now: number): void {
  if (Date.parse(root.expires) <= now)
    throw new BundleError("root-expired", `verify root: it expired on ${root.expires}`);
}

/** Throws `root-rollback` for a root older than one seen. */
export function refuseOlderRoot(root: VerifiedRoot, seen: Seen): void {
  if (root.version < seen.root)
    throw new BundleError(
      "root-rollback",
      `verify root: ${seen.root} was seen before, got the older ${root.version}`,
    );
}

/**
 * Whether the keys of the targets role were changed since: who stole the old ones may have published an index with a huge
 * version, so an older one than seen is then right (recovery from a fast-forward attack).
 */
export function hasNewKeys(root: VerifiedRoot, seen: Seen): boolean {
  const { keys } = root.roles.targets;
  return root.version > seen.root && seen.targets !== undefined && keys.join() !== seen.targets.join();
}

/** Throws `registry-mismatch` for a document of another registry. */
export function refuseOtherRegistry(document: { registry: string }, expected: string, what: string): void {
  if (document.registry !== expected)
    throw new BundleError(
      "registry-mismatch",
      `verify ${what}: expected registry "${expected}", got "${document.registry}"`,
    );
}
