import { existsSync } from "node:fs";
import { toolbox } from "@shadowbox/bundle";
import { openFolderRegistry } from "@shadowbox/bundle/node";
import type { WorkerPool } from "@shadowbox/wasi";
import { archivesOf } from "../archives.ts";
import { type Installed, listCommands } from "../commands.ts";
import { SandboxError } from "../errors.ts";
import type { SandboxOptions } from "../types.ts";

const installed = new Map<string, Installed>();

/**
 * The verified commands of a registry folder and of those added to it; modules are verified and compiled for `pages` of
 * memory when first run.
 * Throws BundleError for a registry that does not verify, or whose commands or names clash with another's.
 */
export function installCommands(
  pool: WorkerPool,
  folder: string,
  pages: number,
  { cacheDir, registries = [] }: Pick<SandboxOptions, "cacheDir" | "registries">,
): Installed {
  const key = JSON.stringify([pages, folder, registries]);
  const known = installed.get(key);
  if (known !== undefined) return known;
  const cache = cacheDir === undefined ? {} : { cacheDir };
  const first = openFolderRegistry(folder, cache);
  const added = registries.map((each) => openFolderRegistry(each.folder, { ...cache, trust: each.trust }));
  const withFiles = added.find((registry) => registry.files().size > 0);
  if (withFiles !== undefined)
    throw new SandboxError(
      "invalid",
      `open registry "${withFiles.name}": bundles of an added registry cannot bring files yet`,
    );
  const tools = toolbox([first, ...added]);
  const entry = {
    commands: listCommands(pool, tools.commands, tools.loadModuleSync, pages),
    entries: tools.commands,
    archives: archivesOf(first),
  };
  installed.set(key, entry);
  return entry;
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
