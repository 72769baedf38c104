import { BundleError } from "./errors.ts";
import { publicKey } from "./formats.ts";
import { LIMITS } from "./limits.ts";
import { bundleName, refuseLookAlikes } from "./names.ts";
import { type Check, integer, list, object } from "./schema.ts";

/**
 * What a user trusts, pinned in code or in their settings: the keys that may sign a registry's root. There is no way to
 * open a registry without one.
 */
export interface TrustRoot {
  /** The registry's name; every document must carry it. */
  readonly name: string;
  /** Version of the root that `keys` sign; newer ones are reached by a chain of roots, older ones refused. */
  readonly version: number;
  /** Public keys, 32 bytes each in hexadecimal. */
  readonly keys: readonly string[];
  /** How many of them must have signed. */
  readonly threshold: number;
}

/** The newest versions that a client has seen of a registry, to refuse older ones; kept by the caller between runs. */
export interface Seen {
  readonly root: number;
  readonly index: number;
  /** SHA-256 of that index file, so that another one of the same version is noticed. */
  readonly indexSha256?: string;
  /** Ids of the keys that could sign it. When a newer root has others, the index starts anew (TUF 1.0.31, 5.3.11). */
  readonly targets?: readonly string[];
}

/** The checks of a trust root's fields. */
export const trustRootFields: Readonly<Record<string, Check>> = {
  keys: list(publicKey, LIMITS.keys),
  name: bundleName,
  threshold: integer(1, LIMITS.keys),
  version: integer(1, 2 ** 31 - 1),
};
const shape = object(trustRootFields);

/**
 * A trust root from settings or code. Throws `invalid` where it is none: an unknown field, no keys, a key twice, a
 * threshold that needs no signature or more than there are keys.
 */
export function checkTrustRoot(value: TrustRoot): TrustRoot {
  const { name, version, keys, threshold } = value;
  try {
    shape({ keys, name, threshold, version }, "trust root");
  } catch (cause) {
    throw new BundleError("invalid", (cause as Error).message, { cause });
  }
  const count = new Set(keys).size;
  if (count !== keys.length || threshold > count)
    throw new BundleError(
      "invalid",
      `read trust root: expected ${threshold} or more different keys, got ${count}`,
    );
  return { name, version, keys, threshold };
}

/** Throws `confusable` for trust roots of one name or of names that look alike. */
export function refuseConfusableRoots(roots: readonly TrustRoot[]): void {
  const names = roots.map(({ name }) => name);
  refuseLookAlikes(names);
  if (new Set(names).size < names.length)
    throw new BundleError(
      "confusable",
      `read trust roots: expected different names, got ${names.join(", ")}`,
    );
}
