export { keyIdOf } from "./envelope.ts";
export { BundleError, type BundleErrorCode } from "./errors.ts";
export {
  type Asset,
  CAPABILITIES,
  type Capability,
  type Command,
  type Digest,
  type Index,
  type IndexVersion,
  type Manifest,
  type Need,
  type Origin,
  type OriginFile,
  type PublicKey,
  type Role,
  type Root,
  type Wheel,
} from "./formats.ts";
export { type HttpOptions, httpSource } from "./http-source.ts";
export { LIMITS } from "./limits.ts";
export {
  checkLock,
  type Lock,
  type LockedBundle,
  lockBundle,
  lockedVersions,
  lockOf,
  parseLock,
  writeLock,
} from "./lock.ts";
export { compareVersions } from "./names.ts";
export { OFFICIAL } from "./official.ts";
export type { Platform } from "./platform.ts";
export { type Policy, type Toolbox, toolbox } from "./policy.ts";
export { jsonSchemas } from "./publish/json-schemas.ts";
export { type BundleRecipe, type ModuleRecipe, parseRecipes } from "./publish/recipe.ts";
export { type Signer, seal } from "./publish/seal.ts";
export {
  type AssetCheck,
  type Listing,
  listBundles,
  type OriginCheck,
  type Outdated,
  outdated,
  searchBundles,
  verifyAssets,
  verifyOrigins,
} from "./query.ts";
export {
  type CommandEntry,
  type FileEntry,
  type OpenOptions,
  openRegistry,
  openRegistrySync,
  type VerifiedRegistry,
} from "./registry.ts";
export { type AddedRegistry, parseRegistries, parseSeen, type Registries, writeSeen } from "./settings.ts";
export { paths, type RegistrySource, refuseBadPath } from "./source.ts";
export { memoryStore, type Store } from "./store.ts";
export { checkTrustRoot, refuseConfusableRoots, type Seen, type TrustRoot } from "./trust.ts";
export {
  applyUpdate,
  type Change,
  type Consent,
  planUpdate,
  type Widening,
  widenings,
} from "./update.ts";
export type { Verified } from "./verified.ts";
export { type VerifiedBytes, verifyAsset, verifyStored } from "./verify-asset.ts";
export { refuseExpiredIndex, refuseOlderIndex, type VerifiedIndex, verifyIndex } from "./verify-index.ts";
export { type VerifiedManifest, verifyManifest } from "./verify-manifest.ts";
export { type VerifiedOrigin, verifyOrigin } from "./verify-origin.ts";
export { refuseExpiredRoot, type VerifiedRoot, verifyNextRoot, verifyRoot } from "./verify-root.ts";
