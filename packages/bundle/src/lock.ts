import { BundleError } from "./errors.ts";
import { CAPABILITIES, type Capability, type Digest, digest } from "./formats.ts";
import { LIMITS } from "./limits.ts";
import { bundleName, commandName, version } from "./names.ts";
import type { VerifiedRegistry } from "./registry.ts";
import { integer, object, oneOf, set, table } from "./schema.ts";
import type { VerifiedManifest } from "./verify-manifest.ts";

/** One bundle of a lock file. */
export interface LockedBundle {
  readonly registry: string;
  readonly version: string;
  /** SHA-256 of the manifest without its signatures; the manifest names the digest of every asset. */
  readonly manifest: Digest;
  /** What was agreed to: command → capabilities. */
  readonly capabilities: Readonly<Record<string, readonly Capability[]>>;
}

/** shadowbox.lock: exact versions and digests, so that a team gets the same tools. */
export interface Lock {
  readonly format: 1;
  readonly bundles: Readonly<Record<string, LockedBundle>>;
}

const shape = object({
  bundles: table(
    bundleName,
    object({
      capabilities: table(commandName, set(oneOf(...CAPABILITIES), CAPABILITIES.length), LIMITS.entries),
      manifest: digest,
      registry: bundleName,
      version,
    }),
    LIMITS.bundles,
  ),
  format: integer(1, 1),
});

/** The text of a lock file: the same for the same lock; one line per fact, so that differences can be read. */
export const writeLock = (lock: Lock): string => `${JSON.stringify(sorted(lock), undefined, 2)}\n`;

/** Reads a lock file. Throws `lock` unless it is exactly as {@link writeLock} writes (line ends aside). */
export function parseLock(text: string): Lock {
  try {
    if (text.length > LIMITS.lockBytes) throw new BundleError("too-large", "read lock file: it is too long");
    const value: unknown = JSON.parse(text);
    shape(value, "lock file");
    if (writeLock(value as Lock) === text.replaceAll("\r\n", "\n")) return value as Lock;
  } catch (cause) {
    throw new BundleError("lock", `read lock file: ${(cause as Error).message}`, { cause });
  }
  throw new BundleError("lock", "read lock file: expected it as it was written; make it anew");
}

/** Locks what a registry has in use. */
export function lockOf(registry: VerifiedRegistry): Lock {
  const entries = [...registry.bundles().values()].map((manifest) => [
    manifest.name,
    lockBundle(registry, manifest),
  ]);
  return { format: 1, bundles: Object.fromEntries(entries) };
}

/** Locks one bundle. */
export function lockBundle(registry: VerifiedRegistry, manifest: VerifiedManifest): LockedBundle {
  const commands = Object.entries(manifest.commands);
  return {
    registry: registry.name,
    version: manifest.version,
    manifest: registry.documentDigest(manifest.name),
    capabilities: Object.fromEntries(commands.map(([name, { capabilities }]) => [name, capabilities])),
  };
}

/** The versions that a lock asks of one registry, for opening it. */
export function lockedVersions(lock: Lock, registry: string): Record<string, string> {
  const own = Object.entries(lock.bundles).filter(([, bundle]) => bundle.registry === registry);
  return Object.fromEntries(own.map(([name, bundle]) => [name, bundle.version]));
}

/** Throws `lock` when a registry's bundles are not, byte for byte, the ones that were locked. */
export function checkLock(lock: Lock, registry: VerifiedRegistry): void {
  for (const manifest of registry.bundles().values()) {
    const locked = Object.hasOwn(lock.bundles, manifest.name) ? lock.bundles[manifest.name] : undefined;
    if (!locked) throw new BundleError("lock", `check lock file: "${manifest.name}" is not in it`);
    const now = lockBundle(registry, manifest);
    if (JSON.stringify(sorted(now)) !== JSON.stringify(sorted(locked)))
      throw new BundleError(
        "lock",
        `check lock file: expected "${manifest.name}" ${locked.version} with manifest ${locked.manifest}, got ${now.version} with ${now.manifest}`,
      );
  }
}

/** A copy with all names in order. */
function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (typeof value !== "object" || value === null) return value;
  const entries = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1));
  return Object.fromEntries(entries.map(([name, inner]) => [name, sorted(inner)]));
}
