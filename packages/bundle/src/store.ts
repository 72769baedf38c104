import type { Digest } from "./formats.ts";

/**
 * A cache of unpacked assets, by SHA-256. Not trusted: what it returns is verified again. Keeping is atomic, and two
 * processes may share a store. A store without the synchronous forms is only used by the asynchronous API.
 */
export interface Store {
  get(sha256: Digest): Promise<Uint8Array | undefined>;
  /** Failing to keep something is not an error: the store may be full or read-only. */
  put(sha256: Digest, bytes: Uint8Array): Promise<void>;
  getSync?(sha256: Digest): Uint8Array | undefined;
  putSync?(sha256: Digest, bytes: Uint8Array): void;
}

/** A store that forgets at the end of the process. */
export function memoryStore(): Required<Store> {
  const kept = new Map<Digest, Uint8Array>();
  return {
    get: async (sha256) => kept.get(sha256),
    put: async (sha256, bytes) => void kept.set(sha256, bytes),
    getSync: (sha256) => kept.get(sha256),
    putSync: (sha256, bytes) => void kept.set(sha256, bytes),
  };
}
