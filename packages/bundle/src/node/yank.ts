import { join } from "node:path";
import { LIMITS } from "../limits.ts";
import { type Dates, makeIndex } from "../publish/documents.ts";
import { type Signer, seal } from "../publish/seal.ts";
import { walkRoots } from "../root-chain.ts";
import { paths } from "../source.ts";
import { runSync } from "../steps.ts";
import type { TrustRoot } from "../trust.ts";
import { verifyIndex } from "../verify-index.ts";
import { indexVersion } from "../verify-manifest.ts";
import { folderSource, readBounded } from "./folder-source.ts";
import { nodePlatform } from "./platform.ts";
import { writeWhole } from "./write.ts";

/** Which version of a bundle to withdraw, or to bring back. */
export interface Yank extends Dates {
  readonly folder: string;
  readonly trust: TrustRoot;
  readonly signers: readonly Signer[];
  readonly name: string;
  readonly version: string;
  /** Why; absent: it may be installed again. */
  readonly reason?: string;
}

/**
 * Marks a version as not to be installed anew; what is installed goes on working. Returns the new index's version. Throws
 * `not-found`, `schema` for a reason that is no plain text, or the codes of verification.
 */
export function yank({ folder, trust, signers, name, version, reason, ...dates }: Yank): number {
  const platform = nodePlatform();
  const file = join(folder, paths.index);
  const root = runSync(walkRoots(folderSource(folder), trust, platform));
  const index = verifyIndex(readBounded(file, LIMITS.indexBytes), root, platform);
  const { sha256, size } = indexVersion(index, { name, version });
  const fact = reason === undefined ? { sha256, size } : { sha256, size, yanked: reason };
  const bytes = seal(makeIndex(trust.name, index, [{ name, version, fact }], dates), signers, platform);
  const next = verifyIndex(bytes, root, platform);
  writeWhole(file, bytes);
  return next.version;
}
