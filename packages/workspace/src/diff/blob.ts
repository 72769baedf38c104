import { sha1 } from "@noble/hashes/legacy.js";
import { bytesToHex } from "@noble/hashes/utils.js";

/** Git's name for a content, 40 hex digits: SHA-1 of `blob <size>`, NUL and the bytes. */
export function blobName(bytes: Uint8Array): string {
  const hash = sha1.create();
  hash.update(new TextEncoder().encode(`blob ${bytes.length}\0`)).update(bytes);
  return bytesToHex(hash.digest());
}
