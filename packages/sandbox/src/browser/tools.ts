import {
  BundleError,
  httpSource,
  LIMITS,
  OFFICIAL,
  openRegistry,
  paths,
  type RegistrySource,
  type VerifiedRegistry,
} from "@shadowbox/bundle";
import { browserPlatform, cacheStore } from "@shadowbox/bundle/browser";
import type { WorkerPool } from "@shadowbox/wasi";
import { archivesOf } from "../archives.ts";
import { type Installed, listCommands } from "../commands.ts";
import { serveArchive } from "./archives.ts";

const installed = new Map<string, Promise<Installed>>();

/** The verified commands of a registry; modules and archives are fetched, verified and cached when first used. */
export function installCommands(pool: WorkerPool, address: string, pages: number): Promise<Installed> {
  const key = `${pages} ${address}`;
  let known = installed.get(key);
  if (known === undefined) {
    known = install(pool, address, pages);
    installed.set(key, known);
    // Tried again by the next sandbox: the network may be back.
    known.catch(() => installed.delete(key));
  }
  return known;
}

async function install(pool: WorkerPool, address: string, pages: number): Promise<Installed> {
  const registry = await openNewest(address);
  const archives = archivesOf(registry);
  const warn = (message: string) => console.warn(`shadowbox: ${message}`);
  for (const archive of archives) void serveArchive(archive, () => registry.loadModule(archive.sha256), warn);
  const commands = listCommands(pool, registry.commands(), registry.loadModule, pages);
  return { commands, entries: registry.commands(), archives };
}

/** A copy on the way may be old, or of two ages: what does not verify is asked for anew, once. */
async function openNewest(address: string): Promise<VerifiedRegistry> {
  const open = (cache: RequestCache) => {
    const source = httpSource(address, { fetch: (url, init) => fetch(url, { ...init, cache }) });
    return openRegistry(startAhead(source), OFFICIAL, browserPlatform(), { store: cacheStore() });
  };
  try {
    return await open("default");
  } catch (error) {
    if (!(error instanceof BundleError) || error.code === "source") throw error;
    return open("reload");
  }
}

/** Asks for the index together with the root, which is read before it. */
function startAhead(source: RegistrySource): RegistrySource {
  const index = source.read(paths.index, LIMITS.indexBytes);
  index.catch(() => {});
  return {
    name: source.name,
    read: (path, limit) => (path === paths.index ? index : source.read(path, limit)),
  };
}
