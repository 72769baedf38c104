import { existsSync } from "node:fs";
import type { VerifiedRegistry } from "@shadowbox/bundle";
import { openFolderRegistry } from "@shadowbox/bundle/node";
import { type Command, moduleLoader, ProgramKind, type WorkerPool } from "@shadowbox/wasi";
import { SandboxError } from "../errors.ts";
import { archivesOf, type BundleArchive } from "./bundle-files.ts";

/** Most linear memory of a program, pages of 64 KiB. */
const MEMORY_PAGES = 16384;

interface Installed {
  registry: VerifiedRegistry;
  commands: readonly Command[];
  archives: readonly BundleArchive[];
}

const installed = new Map<string, Installed>();

/** The verified commands of a registry folder, as the kernel lists them; modules are verified and compiled when first run. */
export function installCommands(pool: WorkerPool, folder: string, cacheDir: string | undefined): Installed {
  const known = installed.get(folder);
  if (known !== undefined) return known;
  const registry = openFolderRegistry(folder, cacheDir === undefined ? {} : { cacheDir });
  const modules = new Map<string, number>();
  const commands: Command[] = ["bash", "sh"].map((name) => ({
    name,
    kind: ProgramKind.SHELL,
    module: 0,
    size: 0,
  }));
  for (const { name, module, size } of registry.commands().values()) {
    let number = modules.get(module);
    if (number === undefined) {
      number = pool.addModule(moduleLoader(() => registry.loadModuleSync(module), name, MEMORY_PAGES));
      modules.set(module, number);
    }
    commands.push({ name, kind: ProgramKind.MODULE, module: number, size });
  }
  const entry = { registry, commands, archives: archivesOf(registry, folder, cacheDir) };
  installed.set(folder, entry);
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
