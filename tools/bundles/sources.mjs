// What a bundle was made of, as its manifest has it: packages of a Cargo.lock and folders of this repository, with digests.
import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { join } from "node:path";

export const sha256 = (bytes) => createHash("sha256").update(bytes).digest("hex");

/** `name version` → digest of its archive on crates.io, of all packages in a Cargo.lock that come from there. */
export function lockedPackages(file) {
  const packages = readFileSync(file, "utf8").split("[[package]]\n").slice(1);
  const field = (text, name) => new RegExp(`^${name} = "(.*)"`, "m").exec(text)?.[1];
  return new Map(
    packages
      .filter((text) => field(text, "checksum"))
      .map((text) => [`${field(text, "name")} ${field(text, "version")}`, field(text, "checksum")]),
  );
}

/** One package of crates.io as a row of `origin.sources`. Throws where the lock file does not have it. */
export function packageRow(locked, name, version) {
  const digest = locked.get(`${name} ${version}`);
  if (digest === undefined) throw new Error(`${name} ${version}: expected a digest in Cargo.lock`);
  return [`${name}-${version}`.toLowerCase(), `crates.io sha256:${digest}`];
}

/**
 * Digest of a folder of this repository: of the list that `git ls-files FOLDER | LC_ALL=C sort | xargs sha256sum` prints in its root.
 */
export function folderDigest(root, folder) {
  const names = execFileSync("git", ["ls-files", "-z", folder], { cwd: root, encoding: "utf8" });
  const files = names.split("\0").filter((name) => name !== "");
  if (files.length === 0) throw new Error(`digest of ${folder}: expected files that git knows`);
  const lines = files
    .sort((a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b)))
    .map((name) => `${sha256(readFileSync(join(root, name)))}  ${name}\n`);
  return sha256(lines.join(""));
}

/** A folder of this repository as a row of `origin.sources`. */
export const folderRow = (root, name, folder) => [name, `${folder} sha256:${folderDigest(root, folder)}`];

/** Version of a Debian package of this machine. */
export const debianVersion = (name) =>
  execFileSync("dpkg-query", ["-W", "-f", `$\{Version}`, name], { encoding: "utf8" });
