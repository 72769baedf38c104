// verify.mjs [NAME…]: compares target/bundles/BUNDLE/ASSET, just built, with what the registry's manifests say of them: of the named
// modules, else of all and of Python. One line per asset that differs; status 1 if any does.
import { createHash } from "node:crypto";
import { existsSync, readFileSync } from "node:fs";
import { join, resolve } from "node:path";

const root = resolve(import.meta.dirname, "../..");
const read = (file) => JSON.parse(readFileSync(join(root, file), "utf8"));
const { bundles } = read("crates/bundles.json");
const only = new Set(process.argv.slice(2));

const python = only.size === 0 ? read("tools/python/bundle.json").bundles : [];
const results = [...bundles, ...python].flatMap(({ name, version, modules, files = [] }) => {
  const { assets } = read(`registry/manifests/${name}/${version}.json`).signed;
  return [...modules.map(({ module }) => `${module}.wasm`), ...files.map(({ file }) => file)]
    .filter((asset) => only.size === 0 || only.has(asset.replace(/\.wasm$/, "")))
    .map((asset) => compare(`${name}/${asset}`, assets[asset]?.sha256));
});
const differing = results.filter((same) => !same).length;
console.log(`${results.length} assets, ${differing} unlike the registry's`);
process.exitCode = differing > 0 ? 1 : 0;

function compare(path, published) {
  const built = join(root, "target/bundles", path);
  const found = existsSync(built)
    ? createHash("sha256").update(readFileSync(built)).digest("hex")
    : "nothing built";
  if (found !== published) console.log(`${path}: expected ${published ?? "nothing"}, got ${found}`);
  return found === published;
}
