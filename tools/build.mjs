// Bundles what runs: the SDK, the CLI and the worker entries. Type checking is `tsc -b`.
import { existsSync, readdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";

const top = fileURLToPath(new URL("..", import.meta.url));
const common = {
  absWorkingDir: top,
  bundle: true,
  format: "esm",
  target: "node20",
  // A package of this repository is bundled from its sources.
  conditions: ["shadowbox-source"],
  sourcemap: "linked",
  logLevel: "warning",
  legalComments: "none",
};
/** entry → output; an entry that is not there yet is left out. */
const node = [
  ["packages/wasi/src/node/process-worker.ts", "packages/wasi/dist/process-worker.js"],
  ["packages/sandbox/src/node/process-worker.ts", "packages/sandbox/dist/process-worker.js"],
  ["packages/sandbox/src/node/shell-worker.ts", "packages/sandbox/dist/shell-worker.js"],
  ["packages/sandbox/src/node/index.ts", "packages/sandbox/dist/index.js"],
  ["packages/sandbox/src/node/process-worker.ts", "packages/demo-node/dist/process-worker.js"],
  ["packages/sandbox/src/node/shell-worker.ts", "packages/demo-node/dist/shell-worker.js"],
];
const browser = ["index", "process-worker", "shell-worker"].map(
  (name) => `packages/sandbox/src/browser/${name}.ts`,
);
/** The CLI in parts, so that `exec` does not load what only the agent needs. Bundled CommonJS needs a `require`. */
const cli = {
  ...common,
  platform: "node",
  entryPoints: ["packages/demo-node/src/main.ts"],
  outdir: "packages/demo-node/dist",
  splitting: true,
  chunkNames: "part-[hash]",
  banner: {
    js: 'import { createRequire as makeRequire } from "node:module"; const require = makeRequire(import.meta.url);',
  },
};
/** The agent as a library: portable, and without a copy of what it depends on. */
const agent = {
  ...common,
  platform: "neutral",
  packages: "external",
  entryPoints: ["index", "model/index", "mcp/index", "node/index"].map(
    (name) => `packages/agent/src/${name}.ts`,
  ),
  outdir: "packages/agent/dist",
  outbase: "packages/agent/src",
  splitting: true,
  chunkNames: "part-[hash]",
};
process.chdir(top);
// Beside main.js, since workers and registry are found from where a module lies; old ones go.
for (const dist of ["packages/demo-node/dist", "packages/agent/dist"])
  for (const name of existsSync(dist) ? readdirSync(dist) : [])
    if (name.startsWith("part-")) rmSync(join(dist, name));
const wanted = node.filter(([entry]) => existsSync(entry));
await Promise.all([
  build(cli),
  build(agent),
  ...wanted.map(([entry, outfile]) => build({ ...common, platform: "node", entryPoints: [entry], outfile })),
  build({
    ...common,
    platform: "browser",
    target: "es2023",
    minify: true,
    entryPoints: browser,
    outdir: "packages/sandbox/dist/browser",
  }),
]);
