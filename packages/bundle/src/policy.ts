import { BundleError } from "./errors.ts";
import type { Capability } from "./formats.ts";
import { refuseLookAlikes } from "./names.ts";
import type { CommandEntry, FileEntry, VerifiedRegistry } from "./registry.ts";
import type { VerifiedBytes } from "./verify-asset.ts";

/** What of the verified bundles one sandbox may use. It can only take away: nothing makes an unverified thing run. */
export interface Policy {
  /** Only these bundles (`name`, or `registry/name`); absent: all. */
  readonly allow?: readonly string[];
  /** Not these. */
  readonly deny?: readonly string[];
  /** Capabilities that no command gets, whatever its manifest says. */
  readonly denyCapabilities?: readonly Capability[];
}

/** The commands of one sandbox. */
export interface Toolbox {
  readonly commands: ReadonlyMap<string, CommandEntry>;
  readonly files: ReadonlyMap<string, FileEntry>;
  /** Command → why it is not there, to be told instead of a bare "command not found". */
  readonly refused: ReadonlyMap<string, string>;
  /** As {@link VerifiedRegistry.loadModule}, from whichever registry has it in use. */
  loadModule(sha256: string): Promise<VerifiedBytes>;
  loadModuleSync(sha256: string): VerifiedBytes;
}

/**
 * Several registries as one set of commands. Throws `confusable` when bundles of different registries have one name or
 * look alike, `command-conflict` when two bring the same command.
 */
export function toolbox(registries: readonly VerifiedRegistry[], policy: Policy = {}): Toolbox {
  refuseSharedNames(registries);
  const commands = new Map<string, CommandEntry>();
  const files = new Map<string, FileEntry>();
  const refused = new Map<string, string>();
  const denied = new Set<Capability>(policy.denyCapabilities);
  for (const registry of registries) {
    for (const [name, entry] of registry.commands()) {
      const reason = refusal(registry.name, entry.bundle, policy);
      if (reason !== undefined) refused.set(name, reason);
      else add(commands, name, without(entry, denied));
    }
    for (const [path, entry] of registry.files())
      if (refusal(registry.name, entry.bundle, policy) === undefined) add(files, path, entry);
  }
  const home = (sha256: string) => {
    const uses = [...commands.values()].some(({ module }) => module === sha256);
    const holder = registries.find((registry) => registry.assets().has(sha256));
    if (!holder || !(uses || [...files.values()].some((file) => file.sha256 === sha256)))
      throw new BundleError("not-found", `load module: no bundle in use has an asset ${sha256}`);
    return holder;
  };
  return {
    commands,
    files,
    refused,
    loadModule: async (sha256) => home(sha256).loadModule(sha256),
    loadModuleSync: (sha256) => home(sha256).loadModuleSync(sha256),
  };
}

function refusal(registry: string, bundle: string, { allow, deny }: Policy): string | undefined {
  const names = [bundle, `${registry}/${bundle}`];
  if (deny?.some((name) => names.includes(name))) return `the policy denies bundle "${bundle}"`;
  if (allow && !allow.some((name) => names.includes(name)))
    return `the policy does not allow bundle "${bundle}"`;
  return undefined;
}

function without(entry: CommandEntry, denied: ReadonlySet<Capability>): CommandEntry {
  if (![...entry.capabilities].some((each) => denied.has(each))) return entry;
  return { ...entry, capabilities: new Set([...entry.capabilities].filter((each) => !denied.has(each))) };
}

function add<T extends { readonly bundle: string }>(all: Map<string, T>, name: string, entry: T): void {
  const first = all.get(name);
  if (first)
    throw new BundleError(
      "command-conflict",
      `combine registries: bundles "${first.bundle}" and "${entry.bundle}" both bring "${name}"`,
    );
  all.set(name, entry);
}

function refuseSharedNames(registries: readonly VerifiedRegistry[]): void {
  refuseLookAlikes(registries.map(({ name }) => name));
  const names = registries.flatMap((registry) => [...registry.bundles().keys()]);
  refuseLookAlikes(names);
  const twice = names.find((name, i) => names.indexOf(name) !== i);
  if (twice !== undefined)
    throw new BundleError("confusable", `combine registries: two of them have a bundle "${twice}"`);
}
