import { existsSync } from "node:fs";
import {
  BundleError,
  checkLock,
  type Lock,
  lockedVersions,
  OFFICIAL,
  refuseConfusableRoots,
  type TrustRoot,
  toolbox,
  type VerifiedRegistry,
} from "@shadowbox/bundle";
import { openFolderRegistry } from "@shadowbox/bundle/node";
import type { WorkerPool } from "@shadowbox/wasi";
import { archivesOf } from "../archives.ts";
import { type Installed, listCommands, optionalCommands } from "../commands.ts";
import { SandboxError } from "../errors.ts";
import type { SandboxOptions } from "../types.ts";

const installed = new Map<string, Installed>();

/**
 * The verified commands of a registry folder and of those added to it; modules are verified and compiled for `pages` of
 * memory when first run.
 * Throws BundleError for a registry that does not verify, whose commands or names clash with another's, or that does not
 * hold what is locked (`lock`, `not-found`).
 */
export function installCommands(
  pool: WorkerPool,
  folder: string,
  pages: number,
  options: Pick<SandboxOptions, "cacheDir" | "broughtDir" | "registries" | "lock">,
): Installed {
  const { broughtDir, registries = [], lock } = options;
  const key = JSON.stringify([pages, folder, registries, lock, broughtDir]);
  const known = installed.get(key);
  if (known !== undefined) return known;
  refuseConfusableRoots([OFFICIAL, ...registries.map(({ trust }) => trust)]);
  const open = (place: string, trust: TrustRoot) => openLocked(place, trust, options);
  const first = open(folder, OFFICIAL);
  const added = registries.map(({ folder: place, trust }) => openAdded(trust.name, () => open(place, trust)));
  if (lock !== undefined) checkRegistries(lock, [first, ...added]);
  const withFiles = added.find((registry) => registry.files().size > 0);
  if (withFiles !== undefined)
    throw new SandboxError(
      "invalid",
      `open registry "${withFiles.name}": bundles of an added registry cannot bring files yet`,
    );
  const tools = toolbox([first, ...added]);
  const entry = {
    commands: listCommands(pool, tools.commands, tools.loadModuleSync, pages),
    bytes: tools.loadModuleSync,
    entries: tools.commands,
    archives: archivesOf(first),
    optional: optionalCommands(first),
  };
  installed.set(key, entry);
  return entry;
}

function openLocked(
  folder: string,
  trust: TrustRoot,
  { cacheDir, broughtDir, lock }: Pick<SandboxOptions, "cacheDir" | "broughtDir" | "lock">,
): VerifiedRegistry {
  const registry = openFolderRegistry(folder, {
    trust,
    ...(cacheDir !== undefined && { cacheDir }),
    ...(broughtDir !== undefined && { broughtDir }),
    ...(lock !== undefined && { versions: lockedVersions(lock, trust.name) }),
  });
  if (lock !== undefined) checkLock(lock, registry);
  return registry;
}

/** Opens a registry that somebody added: which one is bad must be said, as the box opens without it. */
function openAdded(name: string, open: () => VerifiedRegistry): VerifiedRegistry {
  try {
    return open();
  } catch (cause) {
    if (!(cause instanceof BundleError) || cause.code === "lock") throw cause;
    const what = `registry "${name}": ${cause.message}; add it again, or remove it`;
    throw new BundleError(cause.code, what, { cause });
  }
}

/** A lock is of no use to a team when half of it is ignored. */
function checkRegistries(lock: Lock, registries: readonly VerifiedRegistry[]): void {
  const names = new Set(registries.map(({ name }) => name));
  for (const [bundle, { registry }] of Object.entries(lock.bundles))
    if (!names.has(registry))
      throw new BundleError(
        "lock",
        `check lock file: expected registry "${registry}" for bundle "${bundle}", it is not installed; add it`,
      );
}

/** The official registry: shipped beside the code, or at the top of a checkout. */
export function officialFolder(): string {
  for (const place of ["./registry", "../registry", "../../../registry", "../../../../registry"]) {
    const url = new URL(place, import.meta.url);
    if (existsSync(new URL(`${url.href}/root.json`))) return url.pathname;
  }
  throw new SandboxError(
    "engine",
    "find commands: expected the official registry beside the package, it is not there",
  );
}
