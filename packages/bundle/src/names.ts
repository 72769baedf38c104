import { BundleError } from "./errors.ts";
import { LIMITS } from "./limits.ts";
import { type Check, check, match } from "./schema.ts";

const NAME = /^[a-z][a-z0-9]*(-[a-z0-9]+)*$/;
const COMMAND = /^(\[|(?!\d+$)[a-z0-9_][a-z0-9_.+-]*)$/;
const ASSET = /^(?!\d+$)[a-z0-9_][a-z0-9_.+-]*$/;
const VERSION = /^(0|[1-9]\d{0,8})\.(0|[1-9]\d{0,8})\.(0|[1-9]\d{0,8})(-[0-9a-z]+(\.[0-9a-z]+)*)?$/;
const FILE = /^(\/[a-zA-Z0-9_][a-zA-Z0-9_.+-]*)+$/;

/** Names that try something have codes of their own: `path` for a way elsewhere, `confusable` for capitals and letters that are not ASCII. */
function named(plain: Check): Check {
  return check(plain.schema, (value, at) => {
    if (typeof value === "string") refuseTrick(value, at);
    plain(value, at);
  });
}

function refuseTrick(value: string, at: string): void {
  const shown = JSON.stringify(value.slice(0, 80));
  if (/[/\\]|\.\./.test(value))
    throw new BundleError("path", `read ${at}: expected a plain name, got ${shown}, which leads elsewhere`);
  if (/[A-Z]|[^\0-\x7f]/.test(value))
    throw new BundleError(
      "confusable",
      `read ${at}: expected lower-case ASCII, got ${shown}, which could be taken for another name`,
    );
}

const name = (pattern: RegExp, expected: string): Check => named(match(pattern, expected, LIMITS.name));

/** Name of a bundle or a registry: ASCII lower case, digits and single dashes, so there are no look-alike letters. */
export const bundleName = name(NAME, "a name of lower-case letters, digits and single dashes");
/** Name of a command, as typed in a shell; not a number (see json.ts). */
export const commandName = name(COMMAND, "a command name");
/** Name of an asset inside its manifest. */
export const assetName = name(ASSET, "an asset name");
/** A semantic version (semver.org 2.0.0) without build metadata. */
export const version = name(VERSION, "a semantic version");
/** Absolute path of a file inside the sandbox, with no `.` or `..` in it. */
export const insidePath: Check = (() => {
  const plain = match(FILE, "an absolute path of plain names");
  return check(plain.schema, (value, at) => {
    if (typeof value === "string" && /(^|\/)\.\.?(\/|$)/.test(value))
      throw new BundleError(
        "path",
        `read ${at}: expected a path without "." or "..", got "${value.slice(0, 80)}"`,
      );
    plain(value, at);
  });
})();

/** Orders two semantic versions (semver 2.0.0, section 11); both were checked before. */
export function compareVersions(a: string, b: string): number {
  const [left, right] = [split(a), split(b)];
  for (let i = 0; i < 3; i++) if (left.core[i] !== right.core[i]) return left.core[i]! - right.core[i]!;
  if (left.pre.length === 0 || right.pre.length === 0) return right.pre.length - left.pre.length;
  for (let i = 0; i < Math.min(left.pre.length, right.pre.length); i++) {
    const order = compareIdentifiers(left.pre[i]!, right.pre[i]!);
    if (order !== 0) return order;
  }
  return left.pre.length - right.pre.length;
}

function split(version: string): { core: number[]; pre: string[] } {
  const dash = version.indexOf("-");
  const core = (dash < 0 ? version : version.slice(0, dash)).split(".").map(Number);
  return { core, pre: dash < 0 ? [] : version.slice(dash + 1).split(".") };
}

function compareIdentifiers(a: string, b: string): number {
  const [numericA, numericB] = [/^\d+$/.test(a), /^\d+$/.test(b)];
  if (numericA && numericB) return Number(a) - Number(b);
  if (numericA !== numericB) return numericA ? -1 : 1;
  return a < b ? -1 : a > b ? 1 : 0;
}

/** What a hurried reader sees: dashes dropped and look-alikes (0 o, 1 l i, 5 s, rn m, vv w) made one. */
export const skeleton = (text: string): string =>
  text
    .replaceAll("-", "")
    .replaceAll("rn", "m")
    .replaceAll("vv", "w")
    .replaceAll("0", "o")
    .replace(/[1i]/g, "l")
    .replaceAll("5", "s");

/** Throws `confusable` when two different names look alike. */
export function refuseLookAlikes(names: Iterable<string>): void {
  const seen = new Map<string, string>();
  for (const each of names) {
    const other = seen.get(skeleton(each));
    if (other !== undefined && other !== each)
      throw new BundleError("confusable", `read bundle names: "${each}" looks like "${other}"`);
    seen.set(skeleton(each), each);
  }
}
