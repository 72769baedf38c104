// Bundles what runs: the CLI and the worker entries. Type checking is `tsc -b`.
import { existsSync } from "node:fs";
import { build } from "esbuild";

const common = {
  bundle: true,
  format: "esm",
  target: "node20",
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
  ["packages/demo-node/src/main.ts", "packages/demo-node/dist/main.js"],
  ["packages/sandbox/src/node/process-worker.ts", "packages/demo-node/dist/process-worker.js"],
  ["packages/sandbox/src/node/shell-worker.ts", "packages/demo-node/dist/shell-worker.js"],
];
const browser = ["index", "process-worker", "shell-worker"].map(
  (name) => `packages/sandbox/src/browser/${name}.ts`,
);
const wanted = node.filter(([entry]) => existsSync(entry));
await Promise.all([
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
