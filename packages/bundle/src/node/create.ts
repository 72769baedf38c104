import { existsSync } from "node:fs";
import { join } from "node:path";
import { BundleError } from "../errors.ts";
import { type Dates, makeRoot } from "../publish/documents.ts";
import { type Signer, seal } from "../publish/seal.ts";
import { paths } from "../source.ts";
import type { TrustRoot } from "../trust.ts";
import { verifyRoot } from "../verify-root.ts";
import { nodePlatform } from "./platform.ts";
import { writeWhole } from "./write.ts";

/** A new registry. */
export interface Creation extends Dates {
  readonly folder: string;
  /** What its users will pin; the root's keys are these. */
  readonly trust: TrustRoot;
  readonly rootSigners: readonly Signer[];
  /** Public keys that will sign the index and manifests. */
  readonly targets: { readonly keys: readonly string[]; readonly threshold: number };
}

/** Writes the first root.json of a registry. Throws `invalid` when there is one, or what {@link verifyRoot} throws. */
export function createRegistry(creation: Creation): void {
  const file = join(creation.folder, paths.root);
  if (existsSync(file)) throw new BundleError("invalid", `make ${file}: it is there already`);
  const platform = nodePlatform();
  const { trust, targets, created, expires } = creation;
  const root = makeRoot(
    { registry: trust.name, version: trust.version, root: trust, targets, created, expires },
    platform,
  );
  const bytes = seal(root, creation.rootSigners, platform);
  verifyRoot(bytes, trust, platform);
  writeWhole(file, bytes);
}
