import type { Capability, CommandEntry, Digest, VerifiedBytes } from "@shadowbox/bundle";
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
import type { Limits, SandboxOptions } from "./types.ts";

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
  const modules = new Map<string, number>();
  const commands: Command[] = ["bash", "sh"].map((name) => ({
    name,
    kind: ProgramKind.SHELL,
    module: 0,
    size: 0,
  }));
  for (const { name, module, size, capabilities, limits, bundle, argv0 } of entries.values()) {
    const most = Math.min(pages, memoryPages(limits));
    const key = `${module} ${most}`;
    let number = modules.get(key);
    if (number === undefined) {
      number = pool.addModule(moduleLoader(() => load(module), name, most, true));
      modules.set(key, number);
    }
    commands.push({
      ...{ name, kind: ProgramKind.MODULE, module: number, size, bundle },
      capabilities: capabilityBits(capabilities),
      memoryPages: most,
      ...(argv0 !== name && { argv0 }),
      ...(limits.timeMs !== undefined && { timeMs: limits.timeMs }),
    });
  }
  return commands;
}

/** What of the bundles one box may use; everything that there is by default. */
export type BundlePolicy = Pick<SandboxOptions, "bundles" | "denyBundles" | "denyCapabilities">;

/** What the policy leaves of the bundles. Throws SandboxError `invalid` for the name of a bundle that is none. */
export function pickBundles(
  installed: Installed,
  { bundles, denyBundles = [], denyCapabilities = [] }: BundlePolicy,
): Installed {
  if (bundles === undefined && denyBundles.length === 0 && denyCapabilities.length === 0) return installed;
  const known = new Set([...installed.entries.values()].map(({ bundle }) => bundle));
  const wanted = new Set(bundles ?? known);
  for (const name of denyBundles) wanted.delete(name);
  const unknown = [...(bundles ?? []), ...denyBundles].find((name) => !known.has(name));
  if (unknown !== undefined)
    throw new SandboxError(
      "invalid",
      `create sandbox: expected bundles among ${[...known].sort().join(", ")}, got "${unknown}"`,
    );
  const denied = new Set<Capability>(denyCapabilities);
  const entries = new Map(
    [...installed.entries]
      .filter(([, { bundle }]) => wanted.has(bundle))
      .map(([name, entry]) => {
        const capabilities = new Set([...entry.capabilities].filter((each) => !denied.has(each)));
        return [name, { ...entry, capabilities }];
      }),
  );
  return {
    ...installed,
    commands: installed.commands.flatMap((command) => {
      if (command.kind === ProgramKind.SHELL) return [command];
      const entry = entries.get(command.name);
      if (!entry) return [];
      const capabilities = capabilityBits(entry.capabilities);
      return [{ ...command, capabilities, denied: (command.capabilities ?? 0) & ~capabilities }];
    }),
    entries,
    archives: installed.archives.filter(({ bundle }) => wanted.has(bundle)),
  };
}
