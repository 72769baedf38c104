import { type CommandEntry, httpSource, OFFICIAL, openRegistry } from "@shadowbox/bundle";
import { browserPlatform, cacheStore } from "@shadowbox/bundle/browser";
import type { Command, WorkerPool } from "@shadowbox/wasi";
import { archivesOf, type BundleArchive } from "../archives.ts";
import { listCommands } from "../commands.ts";
import { serveArchive } from "./archives.ts";

/** The commands of a registry behind http(s), verified. */
export interface Installed {
  commands: readonly Command[];
  entries: ReadonlyMap<string, CommandEntry>;
  archives: readonly BundleArchive[];
}

const installed = new Map<string, Promise<Installed>>();

/** The verified commands of a registry; modules and archives are fetched, verified and cached when first used. */
export function installCommands(pool: WorkerPool, address: string): Promise<Installed> {
  let known = installed.get(address);
  if (known === undefined) {
    known = install(pool, address);
    installed.set(address, known);
    // Tried again by the next sandbox: the network may be back.
    known.catch(() => installed.delete(address));
  }
  return known;
}

async function install(pool: WorkerPool, address: string): Promise<Installed> {
  const registry = await openRegistry(httpSource(address), OFFICIAL, browserPlatform(), {
    store: cacheStore(),
  });
  const archives = archivesOf(registry);
  const warn = (message: string) => console.warn(`shadowbox: ${message}`);
  for (const archive of archives) void serveArchive(archive, () => registry.loadModule(archive.sha256), warn);
  const commands = listCommands(pool, registry, registry.loadModule);
  return { commands, entries: registry.commands(), archives };
}
