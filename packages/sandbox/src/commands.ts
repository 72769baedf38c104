import type { CommandEntry, Digest, VerifiedBytes } from "@shadowbox/bundle";
import {
  type Command,
  capabilityBits,
  moduleLoader,
  PAGE_BYTES,
  ProgramKind,
  type WorkerPool,
} from "@shadowbox/wasi";
import type { BundleArchive } from "./archives.ts";
import { SandboxError } from "./errors.ts";
import type { Limits } from "./types.ts";

/** The verified commands of the registries, and what they bring along. */
export interface Installed {
  /** As the kernel lists them. */
  commands: readonly Command[];
  /** As the registries describe them. */
  entries: ReadonlyMap<string, CommandEntry>;
  archives: readonly BundleArchive[];
  /** The verified bytes of a module, where they are at hand. */
  bytes?: (sha256: Digest) => VerifiedBytes;
}

const MEMORY_BYTES = 1024 ** 3;

/** Most linear memory of a program, pages of 64 KiB. */
export function memoryPages({ memoryBytes = MEMORY_BYTES }: Partial<Limits> = {}): number {
  return Math.floor(memoryBytes / PAGE_BYTES);
}

/** The commands of a registry, as the kernel lists them; modules are loaded, verified and compiled when first run. */
export function listCommands(
  pool: WorkerPool,
  entries: ReadonlyMap<string, CommandEntry>,
  load: (sha256: Digest) => VerifiedBytes | Promise<VerifiedBytes>,
  pages: number,
): Command[] {
  const modules = new Map<Digest, number>();
  const commands: Command[] = ["bash", "sh"].map((name) => ({
    name,
    kind: ProgramKind.SHELL,
    module: 0,
    size: 0,
  }));
  for (const { name, module, size, capabilities } of entries.values()) {
    let number = modules.get(module);
    if (number === undefined) {
      number = pool.addModule(moduleLoader(() => load(module), name, pages));
      modules.set(module, number);
    }
    commands.push({
      ...{ name, kind: ProgramKind.MODULE, module: number, size },
      capabilities: capabilityBits(capabilities),
    });
  }
  return commands;
}

/** What the bundles of these names bring; all that there is without names. Throws SandboxError `invalid` for a name that is none. */
export function pickBundles(installed: Installed, names: readonly string[] | undefined): Installed {
  if (names === undefined) return installed;
  const wanted = new Set(names);
  const known = new Set([...installed.entries.values()].map(({ bundle }) => bundle));
  const unknown = names.find((name) => !known.has(name));
  if (unknown !== undefined)
    throw new SandboxError(
      "invalid",
      `create sandbox: expected bundles among ${[...known].sort().join(", ")}, got "${unknown}"`,
    );
  const entries = new Map([...installed.entries].filter(([, { bundle }]) => wanted.has(bundle)));
  return {
    ...installed,
    commands: installed.commands.filter(({ name, kind }) => kind === ProgramKind.SHELL || entries.has(name)),
    entries,
    archives: installed.archives.filter(({ bundle }) => wanted.has(bundle)),
  };
}
