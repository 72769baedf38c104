/**
 * Encodings of points of small order on edwards25519, the last bit cleared. With one of them as a public key, signatures can be
 * made without a private key, and libraries do not agree on them (RFC 8032 allows both), so they are nobody's key here.
 */
const SMALL_ORDER = new Set([
  "0000000000000000000000000000000000000000000000000000000000000000",
  "0100000000000000000000000000000000000000000000000000000000000000",
  "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05",
  "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a",
  "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
  "edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
  "eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
]);

/** Whether a public key (hexadecimal) is one that signs everything. */
export function isWeakKey(publicKey: string): boolean {
  const last = Number.parseInt(publicKey.slice(-2), 16) & 0x7f;
  return SMALL_ORDER.has(publicKey.slice(0, -2) + last.toString(16).padStart(2, "0"));
}
