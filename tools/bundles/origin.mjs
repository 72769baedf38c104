// origin.mjs: writes target/bundles/BUNDLE/origin.json for each bundle of crates/bundles.json: toolchain, flags, and every crate that
// goes into its modules, with version and digest. Called by build.sh, which sets the toolchain's environment; read by publishing.
import { execFileSync } from "node:child_process";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { flagsText, TARGET, vendored } from "./flags.mjs";
import { debianVersion, folderRow, lockedPackages, packageRow } from "./sources.mjs";

const root = resolve(import.meta.dirname, "../..");
const crates = join(root, "crates");
const { bundles } = JSON.parse(readFileSync(join(crates, "bundles.json"), "utf8"));
const locked = lockedPackages(join(crates, "Cargo.lock"));
const say = (command, ...args) => execFileSync(command, args, { encoding: "utf8" }).trim();
const toolchain = [
  `${/^rustc \S+/.exec(say("/usr/bin/rustc", "--version"))[0]} (Debian rustc-web ${debianVersion("rustc-web")})`,
  `its std (rust-web-src ${debianVersion("rust-web-src")}) with our process part (tools/bundles/std.mjs)`,
  `zig ${say(process.env.ZIG, "version")}`,
].join(", ");
/** What is in every module: how it is built, and what is changed in crates of others. */
const COMMON = [
  folderRow(root, "cargo.lock", "crates/Cargo.lock"),
  folderRow(root, "cargo.toml", "crates/Cargo.toml"),
  folderRow(root, "patches", "crates/patches"),
  folderRow(root, "build", "tools/bundles"),
];
const VENDORED = vendored(root);
const seen = new Map();

for (const { name, modules, origin } of bundles) {
  const rows = modules.flatMap((module) => [
    [module.module, origin?.sources?.[module.module] ?? module.crate],
    ...sourcesOf(module),
  ]);
  const sources = Object.fromEntries([...rows, ...COMMON].sort(([a], [b]) => (a < b ? -1 : 1)));
  const file = join(root, "target/bundles", name, "origin.json");
  mkdirSync(join(file, ".."), { recursive: true });
  const facts = { recipe: "pnpm bundles", toolchain: `${toolchain}; ${flagsText(root)}`, sources };
  writeFileSync(file, `${JSON.stringify(facts, undefined, 2)}\n`);
  console.log(`${name}: ${Object.keys(sources).length} sources`);
}

/** The rows of all packages that a module is linked from, and of those that make or check its code while it is compiled. */
function sourcesOf({ module, crate, features = module }) {
  const key = `${crate} ${features}`;
  const known = seen.get(key);
  if (known) return known;
  const tree = execFileSync(
    "/usr/bin/cargo",
    [
      ...["tree", "-p", crate, "--features", features, "--target", TARGET, ...VENDORED],
      ...["--edges", "normal,build", "--prefix", "none", "--format", "{p}"],
    ],
    { cwd: crates, encoding: "utf8" },
  );
  const rows = [...new Set(tree.split("\n").filter(Boolean).map(rowOf))];
  seen.set(key, rows);
  return rows;
}

/** `name v1.2.3`, with the folder of a package of ours behind it. */
function rowOf(line) {
  const [, name, version, folder] = /^(\S+) v(\S+)(?: \((\/[^)]+)\))?/.exec(line);
  // What lies there is a crate of others with what is changed in it.
  if (folder === undefined || folder.startsWith(`${crates}/target/vendor/`))
    return packageRow(locked, name, version);
  return folderRow(root, `${name}-${version}`, folder.slice(root.length + 1));
}
