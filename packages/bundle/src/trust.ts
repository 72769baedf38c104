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
