/**
 * What verification needs of the machine. `nodePlatform` (src/node) and `browserPlatform` (src/browser) give it;
 * both return the same for the same bytes.
 */
export interface Platform {
  /** SHA-256 (FIPS 180-4), 32 bytes. */
  sha256(bytes: Uint8Array): Uint8Array;
  /** The same for big inputs, where the platform has a faster way that is not synchronous. */
  sha256Async?(bytes: Uint8Array): Promise<Uint8Array>;
  /** Ed25519 (RFC 8032): 32 bytes of key, 64 of signature. Returns false, and never throws, for whatever is not valid. */
  verifyEd25519(publicKey: Uint8Array, signature: Uint8Array, message: Uint8Array): boolean;
  /** The same, where the platform has a faster way that is not synchronous; may be false for what the other finds valid. */
  verifyEd25519Async?(publicKey: Uint8Array, signature: Uint8Array, message: Uint8Array): Promise<boolean>;
  /** Unpacks gzip (RFC 1952). Throws `asset-size` rather than make more than `size` bytes, `asset-digest` for bad data. */
  gunzip(bytes: Uint8Array, size: number): Promise<Uint8Array>;
  gunzipSync?(bytes: Uint8Array, size: number): Uint8Array;
}
