import { createHash } from "node:crypto";
import { join } from "node:path";
import { BundleError } from "../errors.ts";
import type { Asset } from "../formats.ts";
import { openRegistry, type VerifiedRegistry } from "../registry.ts";
import { paths, type RegistrySource } from "../source.ts";
import type { Seen, TrustRoot } from "../trust.ts";
import { verifyDigest } from "../verify-asset.ts";
import { Draft } from "./draft.ts";
import { piecesOf } from "./folder-source.ts";
import { nodePlatform } from "./platform.ts";
import { writeWhole } from "./write.ts";

/** What to bring from a registry into a folder. */
export interface Installation {
  readonly source: RegistrySource;
  readonly trust: TrustRoot;
  /** A folder of our own; afterwards it is a registry with these bundles, for `openFolderRegistry` with the same versions. */
  readonly folder: string;
  /** Bundle → version: everything that is to be there, what is installed already too. Absent: all, the latest of each. */
  readonly versions?: Readonly<Record<string, string>>;
  /** What was seen of this registry before. */
  readonly seen?: Seen;
  /** The time, ms since 1970: news must not be past its date. */
  readonly now: number;
  /** Called with what was read, before anything is written; what it throws ends the installation. The place for consent. */
  agree?(registry: VerifiedRegistry): void;
}

const platform = nodePlatform();

/**
 * Copies bundles from a registry, verified as they come and held piece by piece: documents first, then what is missing of the assets, in the form
 * in which the registry keeps them. The folder's index is replaced last, so until then it offers what it did before.
 * Returns the registry as it was read; keep its `seen`. Throws the codes of verification, `source` or `store`.
 */
export async function install(installation: Installation): Promise<VerifiedRegistry> {
  const { folder, trust, seen, now, versions } = installation;
  const documents = new Map<string, Uint8Array>();
  const source = recording(installation.source, documents);
  const registry = await openRegistry(source, trust, platform, { versions, seen, now });
  installation.agree?.(registry);
  for (const name of registry.bundles().keys()) await registry.origin(name);
  for (const asset of registry.assets().values()) await bring(asset, installation.source, folder);
  const last: string[] = [paths.root, paths.index];
  for (const [path, bytes] of documents) if (!last.includes(path)) writeWhole(join(folder, path), bytes);
  for (const path of last) writeWhole(join(folder, path), documents.get(path)!);
  return registry;
}

/** A source that remembers the documents it gave: what is written is what was verified, not what is read again. */
function recording(source: RegistrySource, documents: Map<string, Uint8Array>): RegistrySource {
  return {
    name: source.name,
    read: async (path, limit) => {
      const bytes = await source.read(path, limit);
      documents.set(path, bytes);
      return bytes;
    },
  };
}

async function bring(asset: Asset, source: RegistrySource, folder: string): Promise<void> {
  const path = paths.asset(asset.sha256);
  const file = join(folder, path);
  if (isThere(file, asset)) return;
  const draft = new Draft(file);
  try {
    const { size } = asset.stored;
    if (source.pour) await source.pour(path, size, draft);
    else draft.write(await source.read(path, size));
    draft.finish(asset.stored, "stored asset");
  } finally {
    draft.close();
  }
}

function isThere(file: string, asset: Asset): boolean {
  try {
    const hash = createHash("sha256");
    let size = 0;
    for (const piece of piecesOf(file, asset.stored.size)) {
      hash.update(piece);
      size += piece.length;
    }
    verifyDigest({ sha256: hash.digest(), size }, asset.stored, "stored asset");
    return true;
  } catch (error) {
    if (error instanceof BundleError) return false;
    throw error;
  }
}
