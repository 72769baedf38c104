/**
 * What can go wrong in @shadowbox/bundle, as a closed union. docs/registry.md says for each code what it means and
 * what a user can do.
 */
export type BundleErrorCode =
  /** Wrong use of this package. */
  | "invalid"
  /** A file could not be read from the registry, or written to the cache. */
  | "source"
  | "store"
  /** No such file, bundle, version, command or asset. */
  | "not-found"
  /** A path that leaves the registry, or a name that could. */
  | "path"
  /** Longer than its limit; found before anything was parsed. */
  | "too-large"
  /** Not canonical JSON (RFC 8785) in a signed envelope. */
  | "malformed"
  /** A document of another format, mostly a newer one, than this program reads. */
  | "format"
  /** A field is missing, unknown, or not what it must be. */
  | "schema"
  /** Two names that a reader would take for one, or a name that could be taken for another. */
  | "confusable"
  /** Signatures: does not verify; by no key of the role; by a revoked key; too few. */
  | "signature"
  | "key-unknown"
  | "key-revoked"
  | "threshold"
  /** A document of another registry than the one that is trusted. */
  | "registry-mismatch"
  /** The chain of roots: a gap, a broken rule; an older one than seen; past its date. */
  | "root-chain"
  | "root-rollback"
  | "root-expired"
  /** The index: an older one than seen; another one of a version already seen; past its date. */
  | "index-rollback"
  | "index-fork"
  | "index-expired"
  /** A manifest that is not the one the index names: by its bytes, by its name or version. */
  | "manifest-digest"
  | "manifest-mismatch"
  /** An asset whose stored or unpacked bytes are not what the manifest says. */
  | "asset-size"
  | "asset-digest"
  /** What says of a bundle where it comes from is not the file that its manifest names. */
  | "origin-digest"
  /** Two bundles bring the same command. */
  | "command-conflict"
  /** Refused by the lock file, or because an update goes back or asks for more than before. */
  | "lock"
  | "downgrade"
  | "capability-widened"
  /** Publishing: a module that imports something else than WASI preview 1. */
  | "wasm-import";

/** The one error class of this package; `code` tells which failure it is. */
export class BundleError extends Error {
  override readonly name = "BundleError";
  readonly code: BundleErrorCode;

  constructor(code: BundleErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }
}
