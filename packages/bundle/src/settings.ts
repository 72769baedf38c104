import { BundleError } from "./errors.ts";
import { digest } from "./formats.ts";
import { sortNames } from "./json.ts";
import { LIMITS } from "./limits.ts";
import { bundleName } from "./names.ts";
import { OFFICIAL } from "./official.ts";
import { type Check, integer, list, match, object, oneOf, table } from "./schema.ts";
import {
  checkTrustRoot,
  refuseConfusableRoots,
  type Seen,
  type TrustRoot,
  trustRootFields,
} from "./trust.ts";

/** A registry that a user added: whom to trust, and where its files are. */
export interface AddedRegistry extends TrustRoot {
  /** An http(s) address or an absolute folder. */
  readonly address: string;
  /** `local` for one whose key was made on this machine for development; `doctor` shows it. */
  readonly kind: "team" | "local";
}

/** What a user has added beside the official registry, which is always there. */
export interface Registries {
  readonly format: 1;
  readonly registries: readonly AddedRegistry[];
}

const address = match(
  /^(https?:\/\/|\/|[A-Za-z]:[\\/])[^\p{Cc}]+$/u,
  "an http(s) address or an absolute folder",
);
const registriesShape = object({
  format: integer(1, 1),
  registries: list(object({ ...trustRootFields, address, kind: oneOf("local", "team") }), 100),
});

const counter = integer(1, 2 ** 31 - 1);
const seenShape = object({
  format: integer(1, 1),
  seen: table(
    bundleName,
    object({ index: counter, root: counter }, { indexSha256: digest, targets: list(digest, LIMITS.keys) }),
    100,
  ),
});

/**
 * Reads the user's list of registries. Throws `invalid` where it is none, a trust root is unsound, or a name is taken or
 * looks like another, the official one's too (`confusable`).
 */
export function parseRegistries(json: string): Registries {
  const registries = parse(json, registriesShape, "list of registries") as Registries;
  for (const each of registries.registries) checkTrustRoot(each);
  refuseConfusableRoots([OFFICIAL, ...registries.registries]);
  return registries;
}

/** Reads what was seen of each registry, which refuses rollbacks. Throws `invalid`. */
export function parseSeen(json: string): Readonly<Record<string, Seen>> {
  return (parse(json, seenShape, "record of what was seen") as { seen: Record<string, Seen> }).seen;
}

/** The text that {@link parseSeen} reads. */
export const writeSeen = (seen: Readonly<Record<string, Seen>>): string =>
  `${JSON.stringify({ format: 1, seen }, undefined, 2)}\n`;

function parse(json: string, shape: Check, what: string): unknown {
  try {
    if (json.length > LIMITS.lockBytes) throw new BundleError("too-large", `read ${what}: it is too long`);
    const value: unknown = JSON.parse(json, sortNames);
    shape(value, what);
    return value;
  } catch (cause) {
    throw new BundleError("invalid", `read ${what}: ${(cause as Error).message}`, { cause });
  }
}
