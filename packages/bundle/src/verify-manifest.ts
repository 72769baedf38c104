import { equalBytes, fromHex } from "./bytes.ts";
import { checkSignatures, type Envelope, openEnvelope, parseSigned } from "./envelope.ts";
import { BundleError } from "./errors.ts";
import { type Manifest, manifestShape } from "./formats.ts";
import { LIMITS } from "./limits.ts";
import type { Platform } from "./platform.ts";
import { brand, type Verified } from "./verified.ts";
import type { VerifiedIndex } from "./verify-index.ts";
import { refuseOtherRegistry, type VerifiedRoot } from "./verify-root.ts";

/** A manifest that a verified index names and the targets role signed. */
export type VerifiedManifest = Verified<Manifest>;

/**
 * The manifest of one version of a bundle: first its digest as the index has it, then its own signatures. Pure.
 * Throws `not-found` (not in the index), `manifest-digest`, `manifest-mismatch` (another bundle's or version's), and the
 * codes of {@link verifyIndex} except `confusable`.
 */
export function verifyManifest(
  bytes: Uint8Array,
  wanted: { readonly name: string; readonly version: string },
  trusted: { readonly root: VerifiedRoot; readonly index: VerifiedIndex },
  platform: Platform,
): VerifiedManifest {
  const what = `manifest of ${wanted.name} ${wanted.version}`;
  const fact = indexVersion(trusted.index, wanted);
  if (bytes.length > LIMITS.manifestBytes)
    throw new BundleError("too-large", `read ${what}: expected at most ${LIMITS.manifestBytes} bytes`);
  if (bytes.length !== fact.size || !equalBytes(platform.sha256(bytes), fromHex(fact.sha256)))
    throw new BundleError(
      "manifest-digest",
      `verify ${what}: expected sha256 ${fact.sha256}, got another file`,
    );
  const envelope = openEnvelope(bytes, LIMITS.manifestBytes, what);
  const { keys, roles, revoked } = trusted.root;
  checkSignatures(envelope, { keys, roles: [roles.targets], revoked }, platform);
  const manifest = readAgain(fact.sha256) ?? keep(fact.sha256, readDocument(envelope), bytes.length);
  refuseOtherRegistry(manifest, trusted.root.registry, what);
  if (manifest.name !== wanted.name || manifest.version !== wanted.version)
    throw new BundleError(
      "manifest-mismatch",
      `verify ${what}: it says ${manifest.name} ${manifest.version}`,
    );
  return brand<Manifest>(manifest);
}

function readDocument(envelope: Envelope): Manifest {
  const value = parseSigned(envelope, "manifest");
  manifestShape(value, envelope.what);
  checkReferences(value as Manifest, envelope.what);
  return freeze(value) as Manifest;
}

/** Documents that were read, by the digest of their file: the same bytes are the same document. Frozen, as many may hold it. */
const documents = new Map<string, Manifest>();
/** Bytes of files whose documents are kept; above it they start anew. */
const KEPT = 1024 * 1024;
let kept = 0;

const readAgain = (sha256: string): Manifest | undefined => documents.get(sha256);

function keep(sha256: string, manifest: Manifest, bytes: number): Manifest {
  if (kept + bytes > KEPT) {
    documents.clear();
    kept = 0;
  }
  kept += bytes;
  documents.set(sha256, manifest);
  return manifest;
}

function freeze(value: unknown): unknown {
  if (typeof value !== "object" || value === null) return value;
  for (const each of Object.values(value)) freeze(each);
  return Object.freeze(value);
}

/** What the index says of a version. Throws `not-found`. */
export function indexVersion(index: VerifiedIndex, wanted: { name: string; version: string }) {
  const bundle = Object.hasOwn(index.bundles, wanted.name) ? index.bundles[wanted.name] : undefined;
  if (!bundle)
    throw new BundleError("not-found", `find bundle: registry "${index.registry}" has no "${wanted.name}"`);
  const fact = Object.hasOwn(bundle.versions, wanted.version) ? bundle.versions[wanted.version] : undefined;
  if (!fact)
    throw new BundleError("not-found", `find bundle: "${wanted.name}" has no version ${wanted.version}`);
  return fact;
}

function checkReferences(manifest: Manifest, what: string): void {
  const used = new Set<string>();
  const refer = (asset: string, from: string) => {
    if (!Object.hasOwn(manifest.assets, asset))
      throw new BundleError("schema", `read ${what}: ${from} names the asset "${asset}", which is not there`);
    used.add(asset);
  };
  for (const [name, { module }] of Object.entries(manifest.commands)) refer(module, `command ${name}`);
  for (const [path, asset] of Object.entries(manifest.files ?? {})) refer(asset, path);
  for (const name of Object.keys(manifest.assets))
    if (!used.has(name)) throw new BundleError("schema", `read ${what}: nothing uses the asset "${name}"`);
}
