import { existsSync } from "node:fs";
import type { CommandEntry } from "@shadowbox/bundle";
import { openFolderRegistry } from "@shadowbox/bundle/node";
import type { Command, WorkerPool } from "@shadowbox/wasi";
import { archivesOf, type BundleArchive } from "../archives.ts";
import { listCommands } from "../commands.ts";
import { SandboxError } from "../errors.ts";

interface Installed {
  commands: readonly Command[];
  entries: ReadonlyMap<string, CommandEntry>;
  archives: readonly BundleArchive[];
}

const installed = new Map<string, Installed>();

/** The verified commands of a registry folder; modules are verified, and compiled for `pages` of memory, when first run. */
export function installCommands(
  pool: WorkerPool,
  folder: string,
  pages: number,
  cacheDir: string | undefined,
): Installed {
  const key = `${pages} ${folder}`;
  const known = installed.get(key);
  if (known !== undefined) return known;
  const registry = openFolderRegistry(folder, cacheDir === undefined ? {} : { cacheDir });
  const entry = {
    commands: listCommands(pool, registry, registry.loadModuleSync, pages),
    entries: registry.commands(),
    archives: archivesOf(registry),
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
