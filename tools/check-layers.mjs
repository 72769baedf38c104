// Imports go strictly down the layers; packages of one layer never import each other. See docs/architecture.md.
import { readdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";

const layers = {
  vfs: 0,
  wasi: 1,
  workspace: 1,
  shell: 1,
  bundle: 1,
  sandbox: 2,
  agent: 3,
  "demo-node": 4,
  "demo-web": 4,
};
const nameOf = (folder) => (folder === "demo-node" ? "shadowbox-cli" : `@shadowbox/${folder}`);
const folderOf = new Map(Object.keys(layers).map((folder) => [nameOf(folder), folder]));

function* sources(dir) {
  for (const name of readdirSync(dir)) {
    const path = join(dir, name);
    if (name === "node_modules" || name === "dist") continue;
    if (statSync(path).isDirectory()) yield* sources(path);
    else if (/\.(ts|tsx|mjs)$/.test(name)) yield path;
  }
}

const problems = [];
let files = 0;
for (const folder of readdirSync("packages")) {
  const own = layers[folder];
  if (own === undefined) problems.push(`packages/${folder}: no layer is declared for it`);
  for (const path of sources(join("packages", folder))) {
    files++;
    for (const [, spec] of readFileSync(path, "utf8").matchAll(/(?:from|import\()\s*"([^"]+)"/g)) {
      const target = folderOf.get(
        spec
          .split("/")
          .slice(0, spec[0] === "@" ? 2 : 1)
          .join("/"),
      );
      if (target && target !== folder && layers[target] >= own)
        problems.push(`${path}: imports ${spec} (layer ${layers[target]}) from layer ${own}`);
      if (/^\.\.\/.*packages\//.test(spec))
        problems.push(`${path}: reaches into another package by path: ${spec}`);
      if (spec.startsWith("node:") && !/\/(node|bin|bench|tools)\/|\.test\.ts$|demo-node/.test(path))
        problems.push(`${path}: portable source imports ${spec}`);
    }
  }
}
for (const line of problems) console.error(line);
console.log(`layers: ${files} files, ${problems.length} problems`);
process.exit(problems.length ? 1 : 0);
