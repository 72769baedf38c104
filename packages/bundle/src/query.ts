import { BundleError, type BundleErrorCode } from "./errors.ts";
import type { Digest } from "./formats.ts";
import type { Lock } from "./lock.ts";
import { compareVersions } from "./names.ts";
import type { VerifiedRegistry } from "./registry.ts";
import type { VerifiedIndex } from "./verify-index.ts";
import type { VerifiedManifest } from "./verify-manifest.ts";

/** One bundle of an index, for a list. */
export interface Listing {
  readonly name: string;
  readonly latest: string;
  /** Newest first. */
  readonly versions: readonly string[];
  readonly yanked: Readonly<Record<string, string>>;
}

/** Every bundle of an index, by name. */
export function listBundles(index: VerifiedIndex): Listing[] {
  return Object.entries(index.bundles).map(([name, { latest, versions }]) => ({
    ...{ name, latest },
    versions: Object.keys(versions).sort((a, b) => compareVersions(b, a)),
    yanked: Object.fromEntries(
      Object.entries(versions).flatMap(([version, { yanked }]) =>
        yanked === undefined ? [] : [[version, yanked]],
      ),
    ),
  }));
}

/** The bundles in use whose name, description or commands contain a text, the best match first. */
export function searchBundles(registry: VerifiedRegistry, text: string): VerifiedManifest[] {
  const wanted = text.toLowerCase();
  const rank = ({ name, description, commands }: VerifiedManifest) => {
    if (name === wanted || Object.hasOwn(commands, wanted)) return 0;
    if (name.includes(wanted)) return 1;
    if (Object.keys(commands).some((command) => command.includes(wanted))) return 2;
    return description.toLowerCase().includes(wanted) ? 3 : 4;
  };
  return [...registry.bundles().values()]
    .filter((manifest) => rank(manifest) < 4)
    .sort((a, b) => rank(a) - rank(b) || (a.name < b.name ? -1 : 1));
}

/** A locked bundle for which a registry has a newer version, or has withdrawn the locked one. */
export interface Outdated {
  readonly name: string;
  readonly locked: string;
  readonly latest: string;
  readonly yanked?: string;
}

/** Compares a lock with an index of the same registry. */
export function outdated(lock: Lock, index: VerifiedIndex): Outdated[] {
  return Object.entries(lock.bundles).flatMap(([name, { registry, version }]) => {
    const bundle = Object.hasOwn(index.bundles, name) ? index.bundles[name] : undefined;
    if (registry !== index.registry || !bundle) return [];
    const yanked = Object.hasOwn(bundle.versions, version) ? bundle.versions[version]!.yanked : undefined;
    if (compareVersions(bundle.latest, version) <= 0 && yanked === undefined) return [];
    return [{ name, locked: version, latest: bundle.latest, ...(yanked !== undefined && { yanked }) }];
  });
}

/** What a full check found of one asset. */
export interface AssetCheck {
  readonly sha256: Digest;
  readonly bytes: number;
  readonly failure?: Failure;
}

/** What a full check found of where one bundle comes from. */
export interface OriginCheck extends AssetCheck {
  readonly bundle: string;
}

interface Failure {
  readonly code: BundleErrorCode;
  readonly message: string;
}

/** Loads and verifies every asset of the bundles in use, one after the other; a bad one is reported, not thrown. */
export async function* verifyAssets(registry: VerifiedRegistry): AsyncGenerator<AssetCheck> {
  for (const [sha256, { size }] of registry.assets())
    yield { sha256, bytes: size, ...(await failureOf(() => registry.loadModule(sha256))) };
}

/** The same of what the bundles in use say of where they come from. */
export async function* verifyOrigins(registry: VerifiedRegistry): AsyncGenerator<OriginCheck> {
  for (const [bundle, { origin }] of registry.bundles()) {
    const { sha256, size } = origin;
    yield { bundle, sha256, bytes: size, ...(await failureOf(() => registry.origin(bundle))) };
  }
}

async function failureOf(check: () => Promise<unknown>): Promise<{ failure?: Failure }> {
  try {
    await check();
    return {};
  } catch (error) {
    if (!(error instanceof BundleError)) throw error;
    return { failure: { code: error.code, message: error.message } };
  }
}
