import { hashes, verify } from "@noble/ed25519";
import { sha256, sha512 } from "@noble/hashes/sha2.js";
import { BundleError } from "../errors.ts";
import type { Platform } from "../platform.ts";

/**
 * {@link Platform} for pages and workers. Signatures by noble, so that every browser and Node judge alike and verification
 * stays synchronous; big digests, and valid signatures ahead of that, by WebCrypto; unpacking by the browser's own DecompressionStream.
 */
export function browserPlatform(): Required<Omit<Platform, "gunzipSync">> {
  const { subtle } = crypto;
  hashes.sha512 = sha512;
  return {
    sha256: (bytes) => sha256(bytes),
    sha256Async: async (bytes) => new Uint8Array(await subtle.digest("SHA-256", plain(bytes))),
    verifyEd25519: (publicKey, signature, message) => {
      try {
        return verify(signature, message, publicKey, { zip215: false });
      } catch {
        return false;
      }
    },
    verifyEd25519Async: async (publicKey, signature, message) => {
      try {
        const key = await subtle.importKey("raw", plain(publicKey), "Ed25519", false, ["verify"]);
        return await subtle.verify("Ed25519", key, plain(signature), plain(message));
      } catch {
        // Browsers without Ed25519.
        return false;
      }
    },
    gunzip,
  };
}

/** WebCrypto and streams take no shared memory; what is loaded from a registry never is. */
const plain = (bytes: Uint8Array) => bytes as Uint8Array<ArrayBuffer>;

async function gunzip(bytes: Uint8Array, size: number): Promise<Uint8Array> {
  const unpacked = new Uint8Array(size);
  let filled = 0;
  try {
    const stream = new Blob([plain(bytes)]).stream().pipeThrough(new DecompressionStream("gzip"));
    const reader = stream.getReader();
    for (let turn = await reader.read(); !turn.done; turn = await reader.read()) {
      if (filled + turn.value.length > size) {
        await reader.cancel();
        throw new BundleError("asset-size", `unpack an asset: expected at most ${size} bytes`);
      }
      unpacked.set(turn.value, filled);
      filled += turn.value.length;
    }
  } catch (cause) {
    if (cause instanceof BundleError) throw cause;
    throw new BundleError("asset-digest", "unpack an asset: the packed bytes are damaged", { cause });
  }
  return unpacked.subarray(0, filled);
}
