// Bundles what runs: the SDK, the CLI and the worker entries. Type checking is `tsc -b`.
import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
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
const modules = [
  ["packages/wasi/src/node/process-worker.ts", "packages/wasi/dist/process-worker.js"],
  ["packages/sandbox/src/node/index.ts", "packages/sandbox/dist/index.js"],
];
/**
 * What starts often: NAME.code.cjs is kept compiled (packages/sandbox/src/node/code), NAME.cjs starts it. CommonJS, since Node 20
 * keeps compiled code of scripts only.
 */
const started = [
  ["packages/sandbox/src/node/process-worker.ts", "packages/sandbox/dist/process-worker"],
  ["packages/sandbox/src/node/shell-worker.ts", "packages/sandbox/dist/shell-worker"],
  ["packages/sandbox/src/node/process-worker.ts", "packages/demo-node/dist/process-worker"],
  ["packages/sandbox/src/node/shell-worker.ts", "packages/demo-node/dist/shell-worker"],
  ["packages/demo-node/src/box.ts", "packages/demo-node/dist/box"],
  ["packages/demo-node/src/main.ts", "packages/demo-node/dist/main"],
];
const script = {
  ...common,
  platform: "node",
  format: "cjs",
  // Names stay, for stacks.
  minifySyntax: true,
  minifyWhitespace: true,
  define: { "import.meta.url": "__url" },
  // As a whole, so that no second string of that size has to be made of it.
  banner: { js: "(function (exports, require, module, __url) {" },
  footer: { js: "})" },
  supported: { "dynamic-import": false },
};
/** What is loaded late has a file of its own. */
const late = {
  name: "late",
  setup: ({ onResolve }) =>
    onResolve({ filter: /\/drawing\.ts$/ }, ({ kind }) =>
      kind === "dynamic-import" ? { path: "./drawing.cjs", external: true } : undefined,
    ),
};
const starter = {
  platform: "node",
  format: "cjs",
  minify: true,
  entryPoints: ["packages/sandbox/src/node/code/start.ts"],
};
/** Starts the shell's thread while the command's own code is being read. */
const ahead = {
  platform: "node",
  format: "cjs",
  minify: true,
  entryPoints: ["packages/sandbox/src/node/code/ahead.ts"],
  outfile: "packages/demo-node/dist/ahead.cjs",
};
const browser = ["browser/index", "browser/process-worker", "browser/shell-worker", "script"].map(
  (name) => `packages/sandbox/src/${name}.ts`,
);
/** The agent as a library: portable, and without a copy of what it depends on. */
const agent = {
  ...common,
  platform: "neutral",
  packages: "external",
  entryPoints: ["index", "model/index", "mcp/index", "node/index", "node/mcp"].map(
    (name) => `packages/agent/src/${name}.ts`,
  ),
  outdir: "packages/agent/dist",
  outbase: "packages/agent/src",
  splitting: true,
  chunkNames: "part-[hash]",
};
process.chdir(top);
for (const folder of ["packages/demo-node/dist", "packages/sandbox/dist", "packages/agent/dist"])
  for (const name of existsSync(folder) ? readdirSync(folder) : [])
    if (/^part-|\.cache/.test(name)) rmSync(join(folder, name));
const there = ([entry]) => existsSync(entry);
await Promise.all([
  build(agent),
  build({
    ...common,
    platform: "node",
    format: "cjs",
    entryPoints: ["packages/demo-node/src/cli/drawing.ts"],
    outfile: "packages/demo-node/dist/drawing.cjs",
  }),
  build({ ...common, ...ahead }),
  ...modules
    .filter(there)
    .map(([entry, outfile]) => build({ ...common, platform: "node", entryPoints: [entry], outfile })),
  ...started
    .filter(there)
    .flatMap(([entry, name]) => [
      build({ ...script, plugins: [late], entryPoints: [entry], outfile: `${name}.code.cjs` }),
      build({ ...common, ...starter, outfile: `${name}.cjs` }),
    ]),
  build({
    ...common,
    platform: "browser",
    target: "es2023",
    minify: true,
    entryPoints: browser,
    outdir: "packages/sandbox/dist",
    outbase: "packages/sandbox/src",
  }),
]);
keepCompiled();

/** Runs the command once, after which its code is kept compiled: its first user waits no longer than the next. */
function keepCompiled() {
  const folder = mkdtempSync(join(tmpdir(), "shadowbox-build-"));
  const env = {
    ...process.env,
    SHADOWBOX_NO_BUILD: "1",
    XDG_CACHE_HOME: join(folder, "cache"),
    XDG_CONFIG_HOME: folder,
  };
  const script = 'x=$(echo a | cat); for i in 1 2; do [ -n "$x" ] && ls -l; done > /dev/null';
  const args = ["exec", "--quiet", "--project", join(folder, "project"), "--state", join(folder, "state")];
  mkdirSync(join(folder, "project"));
  // Without a registry nothing runs, which is no concern of a build.
  spawnSync(process.execPath, ["packages/demo-node/bin/shadowbox.cjs", ...args, script], { env });
  rmSync(folder, { recursive: true, force: true });
}
