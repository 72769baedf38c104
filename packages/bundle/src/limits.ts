/** Every bound of the package, with its unit. Sizes are checked before a byte is parsed or unpacked. */
export const LIMITS = {
  /** Bytes of a root file. */
  rootBytes: 64 * 1024,
  /** Bytes of an index file. */
  indexBytes: 512 * 1024,
  /** Bytes of a manifest file. */
  manifestBytes: 256 * 1024,
  /** Bytes of what a manifest says of its assets' origin. */
  originBytes: 256 * 1024,
  /** Bytes of a lock file. */
  lockBytes: 256 * 1024,
  /** Bytes of an asset as stored (packed). */
  storedBytes: 64 * 1024 * 1024,
  /** Bytes of an asset unpacked. */
  assetBytes: 256 * 1024 * 1024,
  /** Bytes of a wheel that optional bundles are made of. */
  wheelBytes: 256 * 1024 * 1024,
  /** Signatures on one document, and keys of one root. */
  signatures: 16,
  keys: 32,
  /** Roots walked from the pinned one to the newest. */
  rootChain: 64,
  /** Bundles in an index; versions of one; commands, assets or files of one manifest. */
  bundles: 1000,
  versions: 1000,
  entries: 1000,
  /** UTF-16 units of a name and of a text field. */
  name: 64,
  text: 2000,
} as const;
