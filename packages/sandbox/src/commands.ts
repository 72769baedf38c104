import type {
  Capability,
  CommandEntry,
  Digest,
  Need,
  VerifiedBytes,
  VerifiedRegistry,
} from "@shadowbox/bundle";
import {
  type Command,
  capabilityBits,
  moduleLoader,
  PAGE_BYTES,
  ProgramKind,
  WasiError,
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
  /** Commands of optional bundles that nobody has brought → the bundle; none where bundles cannot be brought. */
  optional?: ReadonlyMap<string, string>;
  /** The verified bytes of a module, where they are at hand. */
  bytes?: (sha256: Digest) => VerifiedBytes;
}

const MEMORY_BYTES = 1024 ** 3;

/** Most linear memory of a program, pages of 64 KiB. */
export function memoryPages({ memoryBytes = MEMORY_BYTES }: Partial<Limits> = {}): number {
  return Math.floor(memoryBytes / PAGE_BYTES);
}

/** Command → bundle, of the optional bundles of a registry that nobody has brought. */
export function optionalCommands(registry: VerifiedRegistry): Map<string, string> {
  const names = [...registry.absent()];
  return new Map(
    names.flatMap((bundle) =>
      Object.keys(registry.bundles().get(bundle)?.commands ?? {}).map(
        (command) => [command, bundle] as const,
      ),
    ),
  );
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
  for (const entry of entries.values()) {
    const { name, module, size, capabilities, limits, bundle, argv0 } = entry;
    const most = Math.min(pages, memoryPages(limits));
    const key = `${module} ${most}`;
    let number = modules.get(key);
    if (number === undefined) {
      const bytes = () => {
        refuseNeeds(entry);
        return load(module);
      };
      number = pool.addModule(moduleLoader(bytes, name, most, true));
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

/** A module with a type of exception references, which engines without them take for broken. */
const WITH_EXNREF = Uint8Array.of(0, 0x61, 0x73, 0x6d, 1, 0, 0, 0, 1, 5, 1, 0x60, 1, 0x69, 0);

const NEEDED: Readonly<Record<Need, { what: string; module: Uint8Array<ArrayBuffer> }>> = {
  exceptions: { what: "WebAssembly exceptions with exnref", module: WITH_EXNREF },
};
/** The first versions that have all of {@link NEEDED}. */
const HAVE_ALL = "Node 24.15, Chromium 137 and wasmtime 47 have them (`--engine wasmtime`)";

/** Why this JavaScript engine cannot run the modules of a bundle; undefined: it can. */
export function lacking(needs: readonly Need[]): string | undefined {
  const missing = needs.find((need) => !WebAssembly.validate(NEEDED[need].module));
  return missing && `needs ${NEEDED[missing].what}, which this engine lacks; ${HAVE_ALL}`;
}

function refuseNeeds({ bundle, needs }: CommandEntry): void {
  const reason = lacking(needs);
  if (reason !== undefined) throw new WasiError("module", `bundle "${bundle}" ${reason}`);
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
