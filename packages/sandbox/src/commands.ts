import type { CommandEntry, Digest, VerifiedBytes } from "@shadowbox/bundle";
import {
  type Command,
  capabilityBits,
  moduleLoader,
  PAGE_BYTES,
  ProgramKind,
  type WorkerPool,
} from "@shadowbox/wasi";
import type { Limits } from "./types.ts";

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
