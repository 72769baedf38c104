import { OFFICIAL } from "../official.ts";
import { type OpenOptions, openRegistrySync, type VerifiedRegistry } from "../registry.ts";
import type { TrustRoot } from "../trust.ts";
import { isBrought, withBrought } from "./brought.ts";
import { folderSource } from "./folder-source.ts";
import { folderStore } from "./folder-store.ts";
import { nodePlatform } from "./platform.ts";

/** What to open a folder with. */
export interface FolderOptions extends Omit<OpenOptions, "store" | "isBrought"> {
  /** Default: the official registry's pinned root. */
  readonly trust?: TrustRoot;
  /** Where unpacked modules are kept between runs; default: nowhere. */
  readonly cacheDir?: string;
  /** Where optional bundles were brought to; default: there are none. */
  readonly broughtDir?: string;
}

/** Opens the registry in a folder, synchronously and verified; by default it must be the official one. */
export function openFolderRegistry(folder: string, options: FolderOptions = {}): VerifiedRegistry {
  const { trust = OFFICIAL, cacheDir, broughtDir, ...rest } = options;
  const cache = cacheDir === undefined ? undefined : folderStore(cacheDir);
  const store = broughtDir === undefined ? cache : withBrought(broughtDir, cache);
  return openRegistrySync(folderSource(folder), trust, nodePlatform(), {
    ...rest,
    ...(store && { store }),
    ...(broughtDir !== undefined && { isBrought: (asset) => isBrought(broughtDir, asset) }),
  });
}
