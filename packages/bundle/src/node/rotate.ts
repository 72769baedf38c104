import { join } from "node:path";
import { toHex } from "../bytes.ts";
import { BundleError } from "../errors.ts";
import type { Digest, Manifest, Root } from "../formats.ts";
import { LIMITS } from "../limits.ts";
import { type Addition, type Dates, makeIndex, makeRoot } from "../publish/documents.ts";
import { type Signer, seal } from "../publish/seal.ts";
import { walkRoots } from "../root-chain.ts";
import { paths } from "../source.ts";
import { runSync } from "../steps.ts";
import type { TrustRoot } from "../trust.ts";
import { type VerifiedIndex, verifyIndex } from "../verify-index.ts";
import { verifyManifest } from "../verify-manifest.ts";
import { type VerifiedRoot, verifyNextRoot } from "../verify-root.ts";
import { folderSource, readBounded } from "./folder-source.ts";
import { nodePlatform } from "./platform.ts";
import { writeWhole } from "./write.ts";

/** Keys (public halves, hexadecimal) of a role and how many must sign. */
export interface RoleKeys {
  readonly keys: readonly string[];
  readonly threshold: number;
}

/** A change of keys. */
export interface Rotation extends Dates {
  readonly folder: string;
  readonly trust: TrustRoot;
  /** The new keys of a role; absent: as before. */
  readonly root?: RoleKeys;
  readonly targets?: RoleKeys;
  /** Ids of keys that nothing may be signed with from now on. */
  readonly revoke?: readonly Digest[];
  /** A threshold of the old root keys and of the new ones. */
  readonly rootSigners: readonly Signer[];
  /** A threshold of the targets keys after the change: the index and every manifest are signed anew. */
  readonly signers: readonly Signer[];
}

const platform = nodePlatform();

/**
 * Puts the next root into a registry's folder, and signs the index and all manifests with the keys that it names; their
 * contents stay the same, so lock files stay good. All is verified before the first file is written; root.json is written
 * last. Throws the codes of verification, `invalid`, `store`.
 */
export function rotate(rotation: Rotation): { root: number; index: number } {
  const { folder, trust, rootSigners } = rotation;
  const old = runSync(walkRoots(folderSource(folder), trust, platform));
  const rootFile = seal(nextRoot(old, rotation), rootSigners, platform);
  const root = verifyNextRoot(rootFile, old, platform);
  const index = verifyIndex(readBounded(join(folder, paths.index), LIMITS.indexBytes), old, platform);
  const files = resignAll(index, old, root, rotation);
  writeWhole(
    join(folder, paths.oldRoot(old.version)),
    readBounded(join(folder, paths.root), LIMITS.rootBytes),
  );
  for (const [path, bytes] of files) writeWhole(join(folder, path), bytes);
  writeWhole(join(folder, paths.root), rootFile);
  return { root: root.version, index: index.version + 1 };
}

function nextRoot(old: VerifiedRoot, rotation: Rotation): Root {
  const { created, expires, revoke = [] } = rotation;
  const known = Object.keys(old.keys);
  const stranger = revoke.find((keyid) => !known.includes(keyid));
  if (stranger !== undefined)
    throw new BundleError(
      "invalid",
      `revoke ${stranger}: expected a key of the root, one of ${known.join(", ")}`,
    );
  return makeRoot(
    {
      ...{ registry: old.registry, version: old.version + 1, created, expires },
      root: rotation.root ?? keysOf(old, "root"),
      targets: rotation.targets ?? keysOf(old, "targets"),
      revoked: [...old.revoked, ...revoke],
    },
    platform,
  );
}

function keysOf(root: VerifiedRoot, role: "root" | "targets"): RoleKeys {
  const { keys, threshold } = root.roles[role];
  return { keys: keys.map((keyid) => root.keys[keyid]!.public), threshold };
}

/** Path → new file, for every manifest and the index. */
function resignAll(
  index: VerifiedIndex,
  old: VerifiedRoot,
  root: VerifiedRoot,
  { folder, trust, signers, created, expires }: Rotation,
): Map<string, Uint8Array> {
  const files = new Map<string, Uint8Array>();
  const additions: Addition[] = [];
  const manifests: Manifest[] = [];
  for (const [name, { versions }] of Object.entries(index.bundles)) {
    for (const [version, { yanked }] of Object.entries(versions)) {
      const path = paths.manifest(name, version);
      const before = readBounded(join(folder, path), LIMITS.manifestBytes);
      const manifest = verifyManifest(before, { name, version }, { root: old, index }, platform);
      const bytes = seal(manifest, signers, platform);
      const fact = { sha256: toHex(platform.sha256(bytes)), size: bytes.length };
      additions.push({ name, version, fact: yanked === undefined ? fact : { ...fact, yanked } });
      manifests.push(manifest);
      files.set(path, bytes);
    }
  }
  const indexFile = seal(makeIndex(trust.name, index, additions, { created, expires }), signers, platform);
  const next = verifyIndex(indexFile, root, platform);
  for (const manifest of manifests) {
    const bytes = files.get(paths.manifest(manifest.name, manifest.version))!;
    verifyManifest(bytes, manifest, { root, index: next }, platform);
  }
  return files.set(paths.index, indexFile);
}
