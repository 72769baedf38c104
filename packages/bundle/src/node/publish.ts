import { existsSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { toHex, utf8 } from "../bytes.ts";
import { BundleError } from "../errors.ts";
import type { Asset, Manifest, Origin, OriginFile } from "../formats.ts";
import { LIMITS } from "../limits.ts";
import { type Addition, type Dates, makeIndex, makeManifest } from "../publish/documents.ts";
import { type BundleRecipe, checkManifest, checkOrigin, commandsOf } from "../publish/recipe.ts";
import { canonical, type Signer, seal } from "../publish/seal.ts";
import { checkModule } from "../publish/wasm.ts";
import { openRegistrySync, type VerifiedRegistry } from "../registry.ts";
import { walkRoots } from "../root-chain.ts";
import { paths } from "../source.ts";
import { runSync } from "../steps.ts";
import type { TrustRoot } from "../trust.ts";
import { verifyStored } from "../verify-asset.ts";
import { type VerifiedIndex, verifyIndex } from "../verify-index.ts";
import { verifyManifest } from "../verify-manifest.ts";
import { verifyOrigin } from "../verify-origin.ts";
import type { VerifiedRoot } from "../verify-root.ts";
import { folderSource, readBounded } from "./folder-source.ts";
import { nodePlatform } from "./platform.ts";
import { writeWhole } from "./write.ts";

/** What to publish, and where. */
export interface Publication extends Dates {
  /** The registry's folder; it must hold a root already. */
  readonly folder: string;
  readonly trust: TrustRoot;
  /** As many of the targets role as its threshold asks for. */
  readonly signers: readonly Signer[];
  readonly recipes: readonly BundleRecipe[];
  /** Folder with `<bundle>/<module>.wasm` and the bundles' files. */
  readonly binaries: string;
  /** Put another content under a version already published (only while nobody uses it). */
  readonly replace?: boolean;
  /** Write a new index even when no bundle changed, for its dates. */
  readonly refresh?: boolean;
}

/** What a publication did. */
export interface Published {
  readonly index: number;
  /** `name version` of what is new, and of what was there already. */
  readonly added: readonly string[];
  readonly unchanged: readonly string[];
  readonly removedFiles: number;
  /** Bytes of all assets of the registry, packed. */
  readonly storedBytes: number;
}

const platform = nodePlatform();

/**
 * Publishes bundles into a registry's folder: assets and origins, then manifests, then the index, each file whole or not at all. The
 * same input gives the same bytes, and a bundle that did not change keeps its files. In the end everything is read back
 * and verified as a client does. Throws the codes of verification, `wasm-import`, `schema`, `invalid` or `store`.
 */
export function publish(publication: Publication): Published {
  const { folder, trust } = publication;
  const root = runSync(walkRoots(folderSource(folder), trust, platform));
  const indexFile = join(folder, paths.index);
  const previous = existsSync(indexFile)
    ? verifyIndex(readBounded(indexFile, LIMITS.indexBytes), root, platform)
    : undefined;
  const known = (name: string, version: string): Manifest | typeof OLDER | undefined => {
    if (!previous?.bundles[name]?.versions[version]) return undefined;
    const bytes = readBounded(join(folder, paths.manifest(name, version)), LIMITS.manifestBytes);
    try {
      return verifyManifest(bytes, { name, version }, { root, index: previous }, platform);
    } catch (error) {
      if (error instanceof BundleError && error.code === "format") return OLDER;
      throw error;
    }
  };
  const changed = publication.recipes
    .map((recipe) => buildManifest(recipe, publication))
    .filter((manifest) => isNew(manifest, known(manifest.name, manifest.version), publication));
  if (changed.length > 0 || publication.refresh || !previous)
    writeDocuments(changed, root, previous, publication);
  const added = new Set(changed.map(({ name, version }) => `${name} ${version}`));
  const registry = openRegistrySync(folderSource(folder), trust, platform);
  return {
    index: registry.index.version,
    added: [...added],
    unchanged: publication.recipes
      .map(({ name, version }) => `${name} ${version}`)
      .filter((each) => !added.has(each)),
    ...tidy(folder, registry),
  };
}

/** A manifest that was published in a format of before. */
const OLDER = "older";

function isNew(
  manifest: Manifest,
  known: Manifest | typeof OLDER | undefined,
  { replace }: Publication,
): boolean {
  if (!known) return true;
  if (known !== OLDER && canonical({ ...manifest, created: known.created }) === canonical(known))
    return false;
  if (replace) return true;
  throw new BundleError(
    "invalid",
    `publish ${manifest.name} ${manifest.version}: published before with another content; raise its version`,
  );
}

function buildManifest(recipe: BundleRecipe, publication: Publication): Manifest {
  const { name, version, description, licence, modules, files = [], needs, wheel } = recipe;
  const place = join(publication.binaries, name);
  const assets: Record<string, Asset> = {};
  for (const { module } of modules)
    assets[`${module}.wasm`] = take(join(place, `${module}.wasm`), publication, {
      isModule: true,
      needs,
      wheel,
    });
  for (const { file } of files) assets[file] = take(join(place, file), publication, { wheel });
  const manifest = makeManifest({
    registry: publication.trust.name,
    ...{ name, version, description, licence, assets },
    created: publication.created,
    commands: commandsOf(recipe),
    files: Object.fromEntries(files.map(({ file, path }) => [path, file])),
    ...{ needs, wheel },
    origin: layOrigin(recipe, publication),
  });
  checkManifest(manifest);
  return manifest;
}

/** Lays what the recipe says of the bundle's sources into the registry. */
function layOrigin({ name, modules, origin }: BundleRecipe, { folder }: Publication): OriginFile {
  const document: Origin = {
    recipe: origin?.recipe ?? "pnpm bundles",
    toolchain: origin?.toolchain ?? "",
    sources: origin?.sources ?? Object.fromEntries(modules.map(({ module, crate }) => [module, crate])),
  };
  checkOrigin(document, name);
  const bytes = utf8(canonical(document));
  const sha256 = toHex(platform.sha256(bytes));
  writeWhole(join(folder, paths.origin(sha256)), bytes);
  return { sha256, size: bytes.length };
}

/** Packs one file into the registry, or finds it there: what is published keeps its packed bytes. */
function take(
  file: string,
  { folder }: Publication,
  { isModule, needs = [], wheel }: Pick<BundleRecipe, "needs" | "wheel"> & { isModule?: boolean },
): Asset {
  const raw = readBounded(file, LIMITS.assetBytes);
  if (isModule) checkModule(raw, file, needs.length === 0);
  const sha256 = toHex(platform.sha256(raw));
  if (wheel) return asset(raw, sha256, gzip(raw));
  const place = join(folder, paths.asset(sha256));
  if (!existsSync(place)) writeWhole(place, gzip(raw));
  const stored = readBounded(place, LIMITS.storedBytes);
  const unpacked = platform.gunzipSync(stored, raw.length);
  if (toHex(platform.sha256(unpacked)) !== sha256)
    throw new BundleError("asset-digest", `publish ${file}: ${place} holds something else; remove it`);
  return asset(raw, sha256, stored);
}

const asset = (raw: Uint8Array, sha256: string, stored: Uint8Array): Asset => ({
  ...{ sha256, size: raw.length },
  stored: { encoding: "gzip", sha256: toHex(platform.sha256(stored)), size: stored.length },
});

/** gzip -9 with no time and no operating system in its header. */
function gzip(raw: Uint8Array): Uint8Array {
  const packed = gzipSync(raw, { level: 9, memLevel: 9 });
  packed[9] = 255;
  return packed;
}

/** Signs manifests and the index that names them, verifies both as a client will, and only then writes them. */
function writeDocuments(
  manifests: readonly Manifest[],
  root: VerifiedRoot,
  previous: VerifiedIndex | undefined,
  { folder, signers, trust, created, expires }: Publication,
): void {
  const sealed = manifests.map((manifest) => ({ manifest, bytes: seal(manifest, signers, platform) }));
  const additions: Addition[] = sealed.map(({ manifest: { name, version }, bytes }) => ({
    ...{ name, version },
    fact: { sha256: toHex(platform.sha256(bytes)), size: bytes.length },
  }));
  const file = seal(makeIndex(trust.name, previous, additions, { created, expires }), signers, platform);
  const index = verifyIndex(file, root, platform);
  for (const { manifest, bytes } of sealed) verifyManifest(bytes, manifest, { root, index }, platform);
  for (const { manifest, bytes } of sealed)
    writeWhole(join(folder, paths.manifest(manifest.name, manifest.version)), bytes);
  writeWhole(join(folder, paths.index), file);
}

/** Verifies every asset and origin of every version in the index, and removes files that none has. */
function tidy(
  folder: string,
  { root, index }: VerifiedRegistry,
): { removedFiles: number; storedBytes: number } {
  const assets = new Map<string, Asset>();
  const needed = new Set<string>();
  for (const [name, version] of allVersions(index)) {
    const bytes = readFileSync(join(folder, paths.manifest(name, version)));
    const manifest = verifyManifest(bytes, { name, version }, { root, index }, platform);
    if (!manifest.wheel)
      for (const asset of Object.values(manifest.assets)) assets.set(paths.asset(asset.sha256), asset);
    const origin = paths.origin(manifest.origin.sha256);
    verifyOrigin(readBounded(join(folder, origin), manifest.origin.size), manifest, platform);
    needed.add(origin);
  }
  let storedBytes = 0;
  for (const [path, asset] of assets) {
    verifyStored(readBounded(join(folder, path), asset.stored.size), asset, platform);
    needed.add(path);
    storedBytes += asset.stored.size;
  }
  const stray = ["assets", "origins"].flatMap((shelf) => {
    const there = existsSync(join(folder, shelf)) ? readdirSync(join(folder, shelf)) : [];
    return there.map((name) => `${shelf}/${name}`).filter((path) => !needed.has(path));
  });
  for (const path of stray) rmSync(join(folder, path));
  return { removedFiles: stray.length, storedBytes };
}

function* allVersions(index: VerifiedIndex): Generator<[name: string, version: string]> {
  for (const [name, { versions }] of Object.entries(index.bundles))
    for (const version of Object.keys(versions)) yield [name, version];
}
