import { BundleError } from "./errors.ts";
import type { Capability } from "./formats.ts";
import { type Lock, type LockedBundle, lockBundle } from "./lock.ts";
import { compareVersions } from "./names.ts";
import type { VerifiedRegistry } from "./registry.ts";

/** A command that would be allowed more than before. */
export interface Widening {
  readonly command: string;
  readonly added: readonly Capability[];
}

/** What taking a registry's version of one bundle would change. */
export interface Change {
  readonly bundle: string;
  readonly from?: LockedBundle;
  readonly to: LockedBundle;
  /** What needs a yes; empty for a bundle that is new, which was asked for by name. */
  readonly widened: readonly Widening[];
  readonly newCommands: readonly string[];
  readonly lostCommands: readonly string[];
  /** An older version than the locked one, or another content under the same version. */
  readonly suspicious?: "older" | "replaced";
}

/** What a user said yes to, by bundle. */
export interface Consent {
  readonly wider?: ReadonlySet<string>;
  readonly suspicious?: ReadonlySet<string>;
}

/** Compares a lock with what a registry has in use (its latest versions, if it was opened without a lock). */
export function planUpdate(lock: Lock, registry: VerifiedRegistry): Change[] {
  const changes: Change[] = [];
  for (const manifest of registry.bundles().values()) {
    const from = Object.hasOwn(lock.bundles, manifest.name) ? lock.bundles[manifest.name] : undefined;
    const to = lockBundle(registry, manifest);
    if (from?.manifest === to.manifest && from.registry === to.registry) continue;
    const before = Object.keys(from?.capabilities ?? {});
    const after = Object.keys(to.capabilities);
    changes.push({
      ...{ bundle: manifest.name, from, to },
      widened: from ? widenings(from, to) : [],
      newCommands: after.filter((name) => !before.includes(name)),
      lostCommands: before.filter((name) => !after.includes(name)),
      ...(from && suspicion(from, to)),
    });
  }
  return changes;
}

/**
 * The capabilities that a new version asks for and the old one did not have: for a command known before, more than it
 * had; for a new one, more than any command of its bundle had.
 */
export function widenings(from: LockedBundle, to: LockedBundle): Widening[] {
  const all = new Set(Object.values(from.capabilities).flat());
  return Object.entries(to.capabilities).flatMap(([command, capabilities]) => {
    const before = Object.hasOwn(from.capabilities, command) ? new Set(from.capabilities[command]) : all;
    const added = capabilities.filter((each) => !before.has(each));
    return added.length > 0 ? [{ command, added }] : [];
  });
}

function suspicion(from: LockedBundle, to: LockedBundle): Pick<Change, "suspicious"> {
  if (from.registry !== to.registry) return { suspicious: "replaced" };
  const order = compareVersions(to.version, from.version);
  if (order < 0) return { suspicious: "older" };
  return order === 0 ? { suspicious: "replaced" } : {};
}

/**
 * The lock after changes. Throws `capability-widened` or `downgrade` for a change that needs a yes and has none; nothing
 * is taken then.
 */
export function applyUpdate(lock: Lock, changes: readonly Change[], consent: Consent = {}): Lock {
  for (const { bundle, widened, suspicious, from, to } of changes) {
    if (suspicious && !consent.suspicious?.has(bundle))
      throw new BundleError(
        "downgrade",
        `update ${bundle}: ${to.version} would take the place of ${from?.version} (${suspicious}); this needs a yes`,
      );
    if (widened.length > 0 && !consent.wider?.has(bundle)) {
      const wanted = widened.map(({ command, added }) => `${command}: ${added.join(", ")}`).join("; ");
      throw new BundleError(
        "capability-widened",
        `update ${bundle}: it asks for more (${wanted}); this needs a yes`,
      );
    }
  }
  const taken = changes.map(({ bundle, to }) => [bundle, to] as const);
  return { format: 1, bundles: { ...lock.bundles, ...Object.fromEntries(taken) } };
}
