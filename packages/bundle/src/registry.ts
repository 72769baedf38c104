import { toHex, utf8 } from "./bytes.ts";
import { BundleError } from "./errors.ts";
import type { Asset, Capability, Digest, Need } from "./formats.ts";
import { LIMITS } from "./limits.ts";
import { loadAsset, type Supply } from "./load.ts";
import type { Platform } from "./platform.ts";
import { provenAhead } from "./proven.ts";
import { walkRoots } from "./root-chain.ts";
import { paths, type RegistrySource, readFrom } from "./source.ts";
import { perform, runAsync, runSync, type Steps, together } from "./steps.ts";
import type { Store } from "./store.ts";
import type { Seen, TrustRoot } from "./trust.ts";
import type { VerifiedBytes } from "./verify-asset.ts";
import { refuseExpiredIndex, refuseOlderIndex, type VerifiedIndex, verifyIndex } from "./verify-index.ts";
import { type VerifiedManifest, verifyManifest } from "./verify-manifest.ts";
import { type VerifiedOrigin, verifyOrigin } from "./verify-origin.ts";
import { hasNewKeys, refuseExpiredRoot, refuseOlderRoot, type VerifiedRoot } from "./verify-root.ts";

/** One command of a verified bundle. */
export interface CommandEntry {
  readonly name: string;
  readonly registry: string;
  readonly bundle: string;
  /** Version of the bundle. */
  readonly version: string;
  /** SHA-256 of the module, for {@link VerifiedRegistry.loadModule}. */
  readonly module: Digest;
  /** Bytes of the module, unpacked. */
  readonly size: number;
  readonly argv0: string;
  readonly capabilities: ReadonlySet<Capability>;
  readonly limits: { readonly memoryBytes?: number; readonly timeMs?: number };
  /** What its module asks of an engine. */
  readonly needs: readonly Need[];
}

/** A file that bundles bring along, such as a standard library; `path` is inside the sandbox. */
export interface FileEntry {
  readonly path: string;
  readonly bundle: string;
  readonly sha256: Digest;
  readonly size: number;
}

/** How to open a registry. */
export interface OpenOptions {
  /** Cache of unpacked modules; without one, every load unpacks again. */
  readonly store?: Store;
  /** Bundle → version to use instead of the latest; bundles not named here are left out. From a lock file. */
  readonly versions?: Readonly<Record<string, string>>;
  /** What was seen before; older documents are refused (`root-rollback`, `index-rollback`, `index-fork`). */
  readonly seen?: Seen;
  /**
   * The time, in ms since 1970, for a source that is asked for news: expired documents are refused (`root-expired`,
   * `index-expired`). Absent for an installed copy, which goes on working for ever.
   */
  readonly now?: number;
  /** Whether an asset of an optional bundle was brought, and is in the store; default: none was. */
  isBrought?(asset: Asset): boolean;
}

/** A registry whose root, index and manifests were all verified. The only way to manifests and modules. */
export interface VerifiedRegistry {
  readonly name: string;
  readonly root: VerifiedRoot;
  readonly index: VerifiedIndex;
  /** To be kept by the caller and given to the next {@link openRegistry}. */
  readonly seen: Seen;
  /** Bundle → the manifest in use. */
  bundles(): ReadonlyMap<string, VerifiedManifest>;
  /** Names of the optional bundles among them that nobody has brought: they have neither commands nor files yet. */
  absent(): ReadonlySet<string>;
  /** Command name → what runs it. */
  commands(): ReadonlyMap<string, CommandEntry>;
  /** Path inside the sandbox → the file there. */
  files(): ReadonlyMap<string, FileEntry>;
  /** SHA-256 of a bundle's manifest without its signatures, so that it survives a change of keys. Throws `not-found`. */
  documentDigest(bundle: string): Digest;
  /**
   * What a bundle in use was made of: read when it is asked for, and verified. Throws `not-found`, `source`, `too-large`,
   * `origin-digest`, `malformed`, `schema`.
   */
  origin(bundle: string): Promise<VerifiedOrigin>;
  /** The same without waiting; throws `invalid` where the source cannot. */
  originSync(bundle: string): VerifiedOrigin;
  /** Digest → the asset of the bundles in use. */
  assets(): ReadonlyMap<Digest, Asset>;
  /**
   * The bytes of a module or file of these bundles, verified on every call; callers keep the compiled module.
   * Throws `not-found`, `source`, `too-large`, `asset-size`, `asset-digest`.
   */
  loadModule(sha256: Digest): Promise<VerifiedBytes>;
  /** The same without waiting; throws `invalid` where source, store or platform cannot. */
  loadModuleSync(sha256: Digest): VerifiedBytes;
}

/** Opens a registry: root, index and manifests are read and verified, in this order; no asset is touched. */
export const openRegistry = (
  source: RegistrySource,
  trust: TrustRoot,
  platform: Platform,
  options: OpenOptions = {},
): Promise<VerifiedRegistry> => runAsync(open(source, trust, platform, options));

/** {@link openRegistry} without waiting, for sources with `readSync`. */
export const openRegistrySync = (
  source: RegistrySource,
  trust: TrustRoot,
  platform: Platform,
  options: OpenOptions = {},
): VerifiedRegistry => runSync(open(source, trust, platform, options));

function* open(
  source: RegistrySource,
  trust: TrustRoot,
  platform: Platform,
  options: OpenOptions,
): Steps<VerifiedRegistry> {
  const root = yield* walkRoots(source, trust, platform);
  const { now, seen } = options;
  if (seen) refuseOlderRoot(root, seen);
  if (now !== undefined) refuseExpiredRoot(root, now);

  const bytes = yield* perform(readFrom(source, paths.index, LIMITS.indexBytes));
  const keys = Object.values(root.keys).map((key) => key.public);
  const aware = yield* perform(provenAhead([[bytes, LIMITS.indexBytes]], keys, platform));
  const index = verifyIndex(bytes, root, aware);
  if (seen && !hasNewKeys(root, seen)) refuseOlderIndex(index, bytes, seen, platform);
  if (now !== undefined) refuseExpiredIndex(index, now);

  const wanted = Object.entries(options.versions ?? latestVersions(index));
  const files = yield* perform(
    together(
      wanted.map(([name, version]) => readFrom(source, paths.manifest(name, version), LIMITS.manifestBytes)),
    ),
  );
  const signed = files.map((file) => [file, LIMITS.manifestBytes] as const);
  const judge = yield* perform(provenAhead(signed, keys, platform));
  const manifests = wanted.map(([name, version], i) =>
    verifyManifest(files[i]!, { name, version }, { root, index }, judge),
  );
  const fresh: Seen = {
    root: root.version,
    index: index.version,
    indexSha256: toHex(platform.sha256(bytes)),
    targets: root.roles.targets.keys,
  };
  return assemble({ root, index, manifests, seen: fresh }, { source, platform, ...options });
}

function latestVersions(index: VerifiedIndex): Record<string, string> {
  return Object.fromEntries(Object.entries(index.bundles).map(([name, { latest }]) => [name, latest]));
}

interface Documents {
  readonly root: VerifiedRoot;
  readonly index: VerifiedIndex;
  readonly manifests: readonly VerifiedManifest[];
  readonly seen: Seen;
}

function assemble(
  { root, index, manifests, seen }: Documents,
  { source, platform, store, isBrought }: Supply & Pick<OpenOptions, "isBrought">,
): VerifiedRegistry {
  const assets = new Map<Digest, Asset>();
  const there = manifests.filter(
    ({ wheel, assets: own }) => !wheel || Object.values(own).every((each) => isBrought?.(each)),
  );
  for (const manifest of there)
    for (const asset of Object.values(manifest.assets)) assets.set(asset.sha256, asset);
  const load = (sha256: Digest) => {
    const asset = assets.get(sha256);
    if (!asset) throw new BundleError("not-found", `load module: no bundle in use has an asset ${sha256}`);
    return loadAsset(asset, { source, platform, ...(store && { store }) });
  };
  const bundles = new Map(manifests.map((manifest) => [manifest.name, manifest]));
  const bundleOf = (name: string) => {
    const manifest = bundles.get(name);
    if (!manifest) throw new BundleError("not-found", `find bundle: "${name}" is not in use`);
    return manifest;
  };
  const absent = new Set(manifests.filter((each) => !there.includes(each)).map(({ name }) => name));
  const commands = commandsOf(there);
  const files = filesOf(there);
  return {
    name: root.registry,
    root,
    index,
    seen,
    bundles: () => bundles,
    absent: () => absent,
    commands: () => commands,
    files: () => files,
    assets: () => assets,
    documentDigest: (name) => toHex(platform.sha256(utf8(JSON.stringify(bundleOf(name))))),
    origin: async (name) => runAsync(originOf(bundleOf(name), source, platform)),
    originSync: (name) => runSync(originOf(bundleOf(name), source, platform)),
    loadModule: async (sha256) => runAsync(load(sha256)),
    loadModuleSync: (sha256) => runSync(load(sha256)),
  };
}

function* originOf(
  manifest: VerifiedManifest,
  source: RegistrySource,
  platform: Platform,
): Steps<VerifiedOrigin> {
  const { sha256, size } = manifest.origin;
  return verifyOrigin(yield* perform(readFrom(source, paths.origin(sha256), size)), manifest, platform);
}

function commandsOf(manifests: readonly VerifiedManifest[]): Map<string, CommandEntry> {
  const commands = new Map<string, CommandEntry>();
  for (const manifest of manifests) {
    for (const [name, command] of Object.entries(manifest.commands)) {
      refuseSecond("command", name, manifest, commands.get(name));
      const asset = manifest.assets[command.module]!;
      commands.set(name, {
        name,
        registry: manifest.registry,
        bundle: manifest.name,
        version: manifest.version,
        module: asset.sha256,
        size: asset.size,
        argv0: command.argv0,
        capabilities: new Set(command.capabilities),
        limits: command.limits ?? {},
        needs: manifest.needs ?? [],
      });
    }
  }
  return commands;
}

function filesOf(manifests: readonly VerifiedManifest[]): Map<string, FileEntry> {
  const files = new Map<string, FileEntry>();
  for (const manifest of manifests) {
    for (const [path, name] of Object.entries(manifest.files ?? {})) {
      refuseSecond("file", path, manifest, files.get(path));
      const { sha256, size } = manifest.assets[name]!;
      files.set(path, { path, bundle: manifest.name, sha256, size });
    }
  }
  return files;
}

function refuseSecond(what: string, name: string, by: VerifiedManifest, first?: { bundle: string }): void {
  if (first)
    throw new BundleError(
      "command-conflict",
      `open registry: bundles "${first.bundle}" and "${by.name}" both bring the ${what} "${name}"`,
    );
}
