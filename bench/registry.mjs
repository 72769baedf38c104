// What verifying costs: node bench/registry.mjs [--rounds N] [--json]
// The official registry, from its folder: opening it (root, index, all manifests), the first use of a command with an empty
// cache and with a warm one, and a digest of 26 MB. Milliseconds, best of the rounds; results are kept in bench/results/registry.json.
import { randomBytes } from "node:crypto";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { parseArgs } from "node:util";
import { loadBundlePackage } from "../tools/publish/package.mjs";

const { values } = parseArgs({
  options: { rounds: { type: "string", default: "5" }, json: { type: "boolean", default: false } },
});
const rounds = Number(values.rounds);
const top = resolve(import.meta.dirname, "..");
const { openFolderRegistry, nodePlatform } = await loadBundlePackage();
const registryFolder = join(top, "registry");
let firstCpu = { user: 0, system: 0 };
const cacheDir = mkdtempSync(join(tmpdir(), "bench-registry-"));
process.on("exit", () => rmSync(cacheDir, { recursive: true, force: true }));

/** Runs it in turn and gives the first and the best time. */
function timed(action, before = () => {}) {
  const times = [];
  for (let round = 0; round < rounds; round++) {
    before();
    const from = performance.now();
    action();
    times.push(performance.now() - from);
  }
  return { first: times[0], best: Math.min(...times) };
}

const usage = process.cpuUsage();
const opened = timed(() => openFolderRegistry(registryFolder, { cacheDir }), firstOnly());
/** Reads the processor's time after the first opening: other processes are not in it. */
function firstOnly() {
  let round = 0;
  return () => {
    if (round++ === 1) firstCpu = process.cpuUsage(usage);
  };
}
const registry = openFolderRegistry(registryFolder, { cacheDir });
const cat = registry.commands().get("cat").module;
const clear = () => rmSync(cacheDir, { recursive: true, force: true });
const fresh = timed(() => registry.loadModuleSync(cat), clear);
const warm = timed(() => openFolderRegistry(registryFolder, { cacheDir }).loadModuleSync(cat));
const asset = randomBytes(26_000_000);
const digest = timed(() => nodePlatform().sha256(asset));

const rows = [
  ["open all bundles, first in the process", opened.first, "60 ms with the first use"],
  ["the same, processor time of all threads", (firstCpu.user + firstCpu.system) / 1000, ""],
  ["open all bundles, again", opened.best, ""],
  ["first use of cat, empty cache", fresh.best, "60 ms with opening"],
  ["open and use cat, warm cache", warm.best, "3 ms"],
  ["digest of 26 MB", digest.best, `500 MB/s; got ${Math.round(asset.length / 1000 / digest.best)} MB/s`],
];
if (values.json) console.log(JSON.stringify(rows));
else
  for (const [name, ms, bar] of rows)
    console.log(`${name.padEnd(40)} ${ms.toFixed(2).padStart(8)} ms   bar: ${bar || "-"}`);
mkdirSync(join(top, "bench/results"), { recursive: true });
writeFileSync(join(top, "bench/results/registry.json"), `${JSON.stringify(rows, undefined, 2)}\n`);
