import { createHash, createPublicKey, type KeyObject, verify } from "node:crypto";
import { promisify } from "node:util";
import { gunzip, gunzipSync } from "node:zlib";
import { BundleError } from "../errors.ts";
import type { Platform } from "../platform.ts";

/** Keys that were used, by their bytes as latin-1. */
const keys = new Map<string, KeyObject>();
/**
 * Signatures that were found valid: digests of key, signature and message. What was proven once in this process is not computed
 * again when another box is opened.
 */
const proven = new Set<string>();
/** Of either; above it they start anew. */
const REMEMBERED = 1000;

/** {@link Platform} by node:crypto and node:zlib. */
export function nodePlatform(): Required<Omit<Platform, "sha256Async" | "verifyEd25519Async">> {
  return {
    sha256: (bytes) => createHash("sha256").update(bytes).digest(),
    verifyEd25519: (publicKey, signature, message) => {
      if (publicKey.length !== 32 || signature.length !== 64) return false;
      const proof = createHash("sha256").update(publicKey).update(signature).update(message).digest("base64");
      if (proven.has(proof)) return true;
      try {
        if (!verify(null, message, keyOf(publicKey), signature)) return false;
      } catch {
        return false;
      }
      if (proven.size >= REMEMBERED) proven.clear();
      proven.add(proof);
      return true;
    },
    gunzip: async (bytes, size) =>
      promisify(gunzip)(bytes, unpacking(size)).catch((error) => refuse(error, size)),
    gunzipSync: (bytes, size) => {
      try {
        return gunzipSync(bytes, unpacking(size));
      } catch (error) {
        return refuse(error, size);
      }
    },
  };
}

/** As a JSON Web Key (RFC 8037), which OpenSSL takes ten times faster than its DER. */
function keyOf(bytes: Uint8Array): KeyObject {
  const id = Buffer.from(bytes).toString("latin1");
  const known = keys.get(id);
  if (known) return known;
  const x = Buffer.from(bytes).toString("base64url");
  const key = createPublicKey({ key: { kty: "OKP", crv: "Ed25519", x }, format: "jwk" });
  if (keys.size >= REMEMBERED) keys.clear();
  keys.set(id, key);
  return key;
}

/** All at once: pieces would be put together by copying. */
function unpacking(size: number): { maxOutputLength: number; chunkSize: number } {
  return { maxOutputLength: size, chunkSize: Math.max(64, size) };
}

function refuse(cause: unknown, size: number): never {
  const tooLong = (cause as NodeJS.ErrnoException).code === "ERR_BUFFER_TOO_LARGE";
  if (tooLong)
    throw new BundleError("asset-size", `unpack an asset: expected at most ${size} bytes`, { cause });
  throw new BundleError("asset-digest", "unpack an asset: the packed bytes are damaged", { cause });
}
