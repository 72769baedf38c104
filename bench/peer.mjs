// just-bash, the peer's column: `npm install --prefix FOLDER just-bash`. Not a dependency: benches take the folder as --peer.
import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { pathToFileURL } from "node:url";

/**
 * Runs a script in just-bash over the files of `cwd`, in a Node process of its own; milliseconds of the script alone (`ms`) and of
 * the process (`wholeMs`). Undefined: no peer, or it cannot do that.
 */
export function inPeer(folder, cwd, script) {
  if (folder === undefined) return undefined;
  const module = pathToFileURL(join(folder, "node_modules/just-bash/dist/bundle/index.js")).href;
  const code = `import { Bash, OverlayFs } from ${JSON.stringify(module)};
const fs = new OverlayFs({ root: process.argv[1] });
const limits = { maxCommandCount: 1e9, maxLoopIterations: 1e9, maxCallDepth: 1e5 };
const bash = new Bash({ fs, cwd: fs.getMountPoint(), executionLimits: limits });
const from = performance.now();
const { exitCode, stderr } = await bash.exec(process.argv[2]);
console.log(performance.now() - from);
if (exitCode !== 0) { console.error(stderr); process.exit(1); }`;
  const from = performance.now();
  const args = ["--input-type=module", "-e", code, cwd, script];
  const run = spawnSync(process.execPath, args, { encoding: "utf8", timeout: 30_000 });
  const wholeMs = performance.now() - from;
  return run.status === 0 ? { ms: Number(run.stdout), wholeMs } : undefined;
}

/** The best of some runs. */
export function bestInPeer(folder, cwd, script, rounds) {
  const runs = Array.from({ length: rounds }, () => inPeer(folder, cwd, script));
  if (runs.includes(undefined)) return undefined;
  return {
    ms: Math.min(...runs.map(({ ms }) => ms)),
    wholeMs: Math.min(...runs.map(({ wholeMs }) => wholeMs)),
  };
}
