import { BundleError } from "./errors.ts";
import { LIMITS } from "./limits.ts";
import type { Platform } from "./platform.ts";
import { provenAhead } from "./proven.ts";
import { paths, type RegistrySource, readFrom } from "./source.ts";
import { perform, type Steps } from "./steps.ts";
import type { TrustRoot } from "./trust.ts";
import { type VerifiedRoot, verifyNextRoot, verifyRoot } from "./verify-root.ts";

/**
 * From the pinned root to the newest one. `root.json` is the newest; older ones lie in `roots/`. Usually both are the same
 * and one file is read.
 */
export function* walkRoots(
  source: RegistrySource,
  trust: TrustRoot,
  platform: Platform,
): Steps<VerifiedRoot> {
  const newest = yield* perform(readFrom(source, paths.root, LIMITS.rootBytes));
  const claimed = claimedVersion(newest);
  if (claimed <= trust.version) {
    const judge = yield* perform(provenAhead([[newest, LIMITS.rootBytes]], trust.keys, platform));
    return verifyRoot(newest, trust, judge);
  }
  if (claimed - trust.version > LIMITS.rootChain)
    throw new BundleError(
      "root-chain",
      `walk roots: ${claimed - trust.version} steps from the pinned root, at most ${LIMITS.rootChain}`,
    );
  const first = yield* perform(readFrom(source, paths.oldRoot(trust.version), LIMITS.rootBytes));
  let root = verifyRoot(first, trust, platform);
  while (root.version < claimed) {
    const next = root.version + 1;
    const bytes =
      next === claimed ? newest : yield* perform(readFrom(source, paths.oldRoot(next), LIMITS.rootBytes));
    root = verifyNextRoot(bytes, root, platform);
  }
  return root;
}

/**
 * The version that an unverified root says it has, only a hint of which files to read. Nothing is parsed for it: in
 * canonical form `version` is a root's last field.
 */
function claimedVersion(bytes: Uint8Array): number {
  const end = String.fromCharCode(...bytes.subarray(-32));
  return Number(/,"version":(\d{1,10})\}\}$/.exec(end)?.[1] ?? 0);
}
