import { createHash, createPublicKey, type KeyObject, verify } from "node:crypto";
import { promisify } from "node:util";
import { gunzip, gunzipSync } from "node:zlib";
import { BundleError } from "../errors.ts";
import type { Platform } from "../platform.ts";

/** DER of a SubjectPublicKeyInfo for Ed25519 (RFC 8410), up to the 32 bytes of the key. */
const SPKI_HEAD = Buffer.from("302a300506032b6570032100", "hex");
/** Bytes that are unpacked at a time: fewer steps than zlib's usual 16 KiB. */
const CHUNK = 1 << 20;

/** {@link Platform} by node:crypto and node:zlib. */
export function nodePlatform(): Required<Omit<Platform, "sha256Async" | "verifyEd25519Async">> {
  const keys = new Map<string, KeyObject>();
  const keyOf = (bytes: Uint8Array): KeyObject => {
    const id = Buffer.from(bytes).toString("latin1");
    const known = keys.get(id);
    if (known) return known;
    const key = createPublicKey({ key: Buffer.concat([SPKI_HEAD, bytes]), format: "der", type: "spki" });
    keys.set(id, key);
    return key;
  };
  return {
    sha256: (bytes) => createHash("sha256").update(bytes).digest(),
    verifyEd25519: (publicKey, signature, message) => {
      try {
        return verify(null, message, keyOf(publicKey), signature);
      } catch {
        return false;
      }
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

function unpacking(size: number): { maxOutputLength: number; chunkSize: number } {
  return { maxOutputLength: size, chunkSize: Math.max(64, Math.min(size, CHUNK)) };
}

function refuse(cause: unknown, size: number): never {
  const tooLong = (cause as NodeJS.ErrnoException).code === "ERR_BUFFER_TOO_LARGE";
  if (tooLong)
    throw new BundleError("asset-size", `unpack an asset: expected at most ${size} bytes`, { cause });
  throw new BundleError("asset-digest", "unpack an asset: the packed bytes are damaged", { cause });
}
