import type { Store } from "../store.ts";

/** A {@link Store} in the browser's Cache storage, kept for this origin until the browser or {@link Cache} removes it. */
export function cacheStore(name = "shadowbox-modules"): Store {
  const place = (sha256: string) => `https://store.invalid/${sha256}`;
  return {
    get: async (sha256) => {
      try {
        const found = await (await caches.open(name)).match(place(sha256));
        return found && new Uint8Array(await found.arrayBuffer());
      } catch {
        return undefined;
      }
    },
    put: async (sha256, bytes) => {
      try {
        await (await caches.open(name)).put(place(sha256), new Response(bytes as Uint8Array<ArrayBuffer>));
      } catch {
        // Full, or not allowed here: the module is unpacked again next time.
      }
    },
  };
}
