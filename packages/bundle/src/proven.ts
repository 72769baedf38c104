import { fromHex, toHex } from "./bytes.ts";
import { openEnvelope } from "./envelope.ts";
import { BundleError } from "./errors.ts";
import type { Platform } from "./platform.ts";
import type { Effect } from "./steps.ts";

/** A signed file to come, and its limit in bytes. */
export type SignedFile = readonly [bytes: Uint8Array, limit: number];

/**
 * A platform that knows already which signatures of these files by these keys (hexadecimal) are valid, from the platform's own
 * faster way, all of them side by side. What that way does not find valid the platform judges as before, so nothing more is
 * believed and errors stay the same.
 */
export function provenAhead(
  files: readonly SignedFile[],
  keys: readonly string[],
  platform: Platform,
): Effect<Platform> {
  return {
    what: "check signatures",
    async: async () => {
      const verify = platform.verifyEd25519Async?.bind(platform);
      if (!verify) return platform;
      const valid = new Set<string>();
      const idOf = (key: Uint8Array, signature: Uint8Array, message: Uint8Array) =>
        [key, signature, platform.sha256(message)].map(toHex).join();
      const triples = files.flatMap((file) => triplesOf(file, keys.map(fromHex)));
      await Promise.all(
        triples.map(async (triple) => (await verify(...triple)) && valid.add(idOf(...triple))),
      );
      return {
        ...platform,
        verifyEd25519: (...triple) => valid.has(idOf(...triple)) || platform.verifyEd25519(...triple),
      };
    },
    sync: () => platform,
  };
}

type Triple = readonly [key: Uint8Array, signature: Uint8Array, message: Uint8Array];

/** Every signature with every key: there are few. A file that is no envelope has none; reading it says why. */
function triplesOf([bytes, limit]: SignedFile, keys: readonly Uint8Array[]): Triple[] {
  try {
    const { signatures, message } = openEnvelope(bytes, limit, "signed file");
    return signatures.flatMap(({ sig }) => keys.map((key): Triple => [key, fromHex(sig), message]));
  } catch (error) {
    if (error instanceof BundleError) return [];
    throw error;
  }
}
