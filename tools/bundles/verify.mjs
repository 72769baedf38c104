// verify.mjs [NAME…]: compares target/bundles/BUNDLE/MODULE.wasm, just built, with what the registry's manifests say of
// them. One line per module that differs; status 1 if any does.
import { createHash } from "node:crypto";
import { existsSync, readFileSync } from "node:fs";
import { join, resolve } from "node:path";

const root = resolve(import.meta.dirname, "../..");
const { bundles } = JSON.parse(readFileSync(join(root, "crates/bundles.json"), "utf8"));
const only = new Set(process.argv.slice(2));

const results = bundles.flatMap(({ name, version, modules }) => {
  const { assets } = JSON.parse(
    readFileSync(join(root, `registry/manifests/${name}/${version}.json`)),
  ).signed;
  return modules
    .filter(({ module }) => only.size === 0 || only.has(module))
    .map(({ module }) => compare(`${name}/${module}.wasm`, assets[`${module}.wasm`]?.sha256));
});
const differing = results.filter((same) => !same).length;
console.log(`${results.length} modules, ${differing} unlike the registry's`);
process.exitCode = differing > 0 ? 1 : 0;

function compare(path, published) {
  const built = join(root, "target/bundles", path);
  const found = existsSync(built)
    ? createHash("sha256").update(readFileSync(built)).digest("hex")
    : "nothing built";
  if (found !== published) console.log(`${path}: expected ${published ?? "nothing"}, got ${found}`);
  return found === published;
}
