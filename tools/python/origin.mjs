// origin.mjs WORK OUT: writes OUT/origin.json: toolchain, flags and every source of the Python bundle with version and digest. WORK is
// where build.sh has put the sources.
import { execFileSync } from "node:child_process";
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { debianVersion, folderRow, lockedPackages, packageRow, sha256 } from "../bundles/sources.mjs";

const [work, out] = process.argv.slice(2);
const root = resolve(import.meta.dirname, "../..");
const here = join(root, "tools/python");

/** Files of a folder that match, as rows of `origin.sources`. */
function fileRows(folder, pattern, from) {
  const names = readdirSync(folder).filter((name) => pattern.test(name));
  if (names.length === 0) throw new Error(`${folder}: expected files like ${pattern}`);
  return names.map((name) => [
    nameOf(name),
    `${from} ${name} sha256:${sha256(readFileSync(join(folder, name)))}`,
  ]);
}

/** Name and version of a source archive (`python3.11_3.11.2.orig`) or a wheel (`tzdata-2025.2`), in lower case. */
const nameOf = (file) => file.toLowerCase().replace(/\.tar\.\w+$|(-[^-]+){3}\.whl$/, "");

/** The crates whose C sources are compiled. */
const LIBRARIES = ["bzip2-sys", "libsqlite3-sys", "libz-sys", "lzma-sys"];
const locked = lockedPackages(join(here, "sources/Cargo.lock"));
const libraries = [...locked.keys()]
  .map((each) => each.split(" "))
  .filter(([name]) => LIBRARIES.includes(name))
  .map(([name, version]) => packageRow(locked, name, version));

const read = (file) => readFileSync(join(here, file), "utf8");
const flag = (text, name) => new RegExp(`\\b${name}="([^"]*)"`).exec(text)[1];
const [, link] = /exec "\$ZIG" wasm-ld (.*) \\\n/.exec(read("bin/wlink"));
const zig = execFileSync(process.env.ZIG, ["version"], { encoding: "utf8" }).trim();
const toolchain = [
  `zig ${zig}, CPython 3.11 of Debian (${debianVersion("python3.11-minimal")}) as build python`,
  `CPython ${flag(read("build.sh"), "OPT")} -g0; libraries ${/flags=\((.*)\)/.exec(read("libraries.sh"))[1]}; wasm-ld ${link}`,
].join("; ");
const { bundles } = JSON.parse(read("bundle.json"));
const rows = [
  ...Object.entries(bundles[0].origin.sources),
  ...fileRows(join(work, "download"), /^python3\.11_.*\.(orig|debian)\.tar\.\w+$/, "Debian"),
  ...fileRows(join(work, "wheels"), /\.whl$/, "PyPI"),
  ...libraries,
  folderRow(root, "build", "tools/python"),
  folderRow(root, "sysroot", "tools/bundles"),
];
const sources = Object.fromEntries(rows.sort(([a], [b]) => (a < b ? -1 : 1)));
const facts = { recipe: "bash tools/python/build.sh", toolchain, sources };
writeFileSync(join(out, "origin.json"), `${JSON.stringify(facts, undefined, 2)}\n`);
