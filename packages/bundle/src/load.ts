import { BundleError } from "./errors.ts";
import type { Asset } from "./formats.ts";
import type { Platform } from "./platform.ts";
import { paths, type RegistrySource, readFrom } from "./source.ts";
import { type Effect, perform, type Steps } from "./steps.ts";
import type { Store } from "./store.ts";
import { type VerifiedBytes, verifyBytes, verifyStored } from "./verify-asset.ts";

/** Where assets come from and are kept. */
export interface Supply {
  readonly source: RegistrySource;
  readonly platform: Platform;
  readonly store?: Store;
}

/**
 * The true bytes of one asset: from the store if it has them unharmed, else from the source, packed bytes checked before
 * they are unpacked and unpacked ones before they are used or kept.
 */
export function* loadAsset(asset: Asset, supply: Supply): Steps<VerifiedBytes> {
  const { store, platform } = supply;
  const kept = store && (yield* perform(getFrom(store, asset.sha256)));
  if (kept) {
    try {
      return verifyBytes(kept, asset, yield* perform(digestOf(kept, platform)), "cached asset");
    } catch (error) {
      if (!(error instanceof BundleError)) throw error;
    }
  }
  const packed = verifyStored(
    yield* perform(readFrom(supply.source, paths.asset(asset.sha256), asset.stored.size)),
    asset,
    platform,
  );
  const raw = yield* perform(unpack(packed, asset.size, platform));
  const bytes = verifyBytes(raw, asset, yield* perform(digestOf(raw, platform)), "asset");
  if (store) yield* perform(putInto(store, asset.sha256, bytes));
  return bytes;
}

function getFrom(store: Store, sha256: string): Effect<Uint8Array | undefined> {
  return {
    what: `look up ${sha256}`,
    async: () => store.get(sha256),
    sync: store.getSync && (() => store.getSync!(sha256)),
  };
}

function putInto(store: Store, sha256: string, bytes: Uint8Array): Effect<void> {
  return {
    what: `keep ${sha256}`,
    async: () => store.put(sha256, bytes),
    sync: store.putSync && (() => store.putSync!(sha256, bytes)),
  };
}

function digestOf(bytes: Uint8Array, platform: Platform): Effect<Uint8Array> {
  return {
    what: "compute sha256",
    async: async () => platform.sha256Async?.(bytes) ?? platform.sha256(bytes),
    sync: () => platform.sha256(bytes),
  };
}

function unpack(bytes: Uint8Array, size: number, platform: Platform): Effect<Uint8Array> {
  return {
    what: "unpack an asset",
    async: () => platform.gunzip(bytes, size),
    sync: platform.gunzipSync && (() => platform.gunzipSync!(bytes, size)),
  };
}
