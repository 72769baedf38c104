// Compares the sandbox's curl and wget with the machine's, command line by command line:
//   node conformance/curl/run.mjs [--modules DIR] [--grep TEXT] [--verbose]
// --modules: a folder with net-utils' modules, published as bundle and commands of other names into a registry that lives as
// long as this run, and called by functions; default: the official curl.
import { execFileSync, spawn } from "node:child_process";
import { copyFileSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { Sandbox } from "../../packages/sandbox/dist/index.js";
import { loadBundlePackage } from "../../tools/publish/package.mjs";
import { CASES } from "./cases.mjs";
import { startServer } from "./server.mjs";
import { TOLD_CASES } from "./told-cases.mjs";
import { USUAL_CASES } from "./usual-cases.mjs";
import { WGET_CASES } from "./wget-cases.mjs";

const { values } = parseArgs({
  options: { modules: { type: "string" }, grep: { type: "string" }, verbose: { type: "boolean" } },
});
const top = join(import.meta.dirname, "../..");
const folder = mkdtempSync(join(tmpdir(), "shadowbox-curl-"));
const FILES = {
  "file.txt": "first line\nsecond & last\n",
  "data.bin": Buffer.from([0, 1, 10, 13, 255, 128]),
};

const version = (tool) => execFileSync(tool, ["--version"]).toString().split("\n")[0];
const oracles = `${version("curl").split(" (")[0]}, ${version("wget")}`;
const server = await startServer();
const registries = values.modules ? [await publishModules(values.modules)] : [];
const box = await Sandbox.create({
  registries,
  net: { policy: { preset: "open", allowLoopback: true } },
});
let failed = 0;
let count = 0;
try {
  for (const script of [...CASES, ...USUAL_CASES, ...TOLD_CASES, ...WGET_CASES]) {
    if (values.grep && !script.includes(values.grep)) continue;
    count++;
    const [ours, theirs] = [await runOurs(script), await runTheirs(script)];
    const same = ours.out === theirs.out && ours.status === theirs.status;
    if (!same) failed++;
    if (!same || values.verbose) console.log(`${same ? "ok  " : "FAIL"} ${script}`);
    if (!same) console.log(`  curl: ${JSON.stringify(theirs)}\n  ours: ${JSON.stringify(ours)}`);
  }
} finally {
  await box.close();
  server.close();
  rmSync(folder, { recursive: true });
}
console.log(`curl: ${count - failed} of ${count} command lines as ${oracles}`);
process.exitCode = failed > 0 || count === 0 ? 1 : 0;

async function runOurs(script) {
  const setup = `rm -rf /tmp/case; mkdir /tmp/case; cd /tmp/case`;
  await box.exec(setup);
  for (const [name, bytes] of Object.entries(FILES)) box.fs.writeFile(`/tmp/case/${name}`, bytes);
  const env = { B: server.base, D: server.dead };
  const calls = values.modules ? 'curl() { trial-curl "$@"; }; wget() { trial-wget "$@"; }\n' : "";
  const { status, stdout, stderr } = await box.exec(calls + script, {
    cwd: "/tmp/case",
    env,
    timeoutMs: 20_000,
  });
  const out = told(Buffer.from(stdout).toString("latin1"));
  return { status, out, err: Buffer.from(stderr).toString() };
}

function runTheirs(script) {
  const cwd = mkdtempSync(join(folder, "case-"));
  for (const [name, bytes] of Object.entries(FILES)) writeFileSync(join(cwd, name), bytes);
  return new Promise((resolve) => {
    const env = { PATH: process.env.PATH, HOME: cwd, B: server.base, D: server.dead, LC_ALL: "C.UTF-8" };
    const child = spawn("bash", ["-c", script], { cwd, env, stdio: ["ignore", "pipe", "pipe"] });
    let [out, err] = ["", ""];
    child.stdout.on("data", (bytes) => (out += bytes.toString("latin1")));
    child.stderr.on("data", (bytes) => (err += bytes));
    child.on("close", (status) => resolve({ status, out: told(out), err }));
  });
}

/** What is printed, without what time makes of it: dates, milliseconds, speeds. */
function told(out) {
  return out
    .replace(/after \d+ ms/g, "after N ms")
    .replace(/after \d+ milliseconds/g, "after N milliseconds")
    .replace(
      /\r((?: *\d+ +[\d.kMG]+){3})(?: +[\d.kMG]+){2}(?: +[\d:-]{7,8}){3} +[\d.kMG]+/g,
      "\r$1 speed and time",
    )
    .replace(/(?:\r[^\r\n]* speed and time)+(\r[^\r\n]* speed and time)/g, "$1")
    .replace(/\d{4}-\d\d-\d\d \d\d:\d\d:\d\d/g, "DATE")
    .replace(/\([\d.]+ [KMG]?B\/s\)/g, "(SPEED)")
    .replace(/ +[\d.]+[KMG ]?(=| )[\d.]+s\n/g, " SPEED$1\n")
    .replace(/(wall clock time:|in) [\d.]+s(?: *(?=\n)|(?= \())/g, "$1 SPAN");
}

/** A registry of its own with the modules, and the root to trust. */
async function publishModules(modules) {
  const bundle = await loadBundlePackage();
  const { bundles } = JSON.parse(readFileSync(join(top, "crates/bundles.json"), "utf8"));
  const official = bundles.find(({ name }) => name === "net-utils");
  const trial = (module) => ({
    ...module,
    commands: module.commands.map((command) => ({ ...command, name: `trial-${command.name}` })),
  });
  const recipe = { ...official, name: "net-trial", modules: official.modules.map(trial) };
  const binaries = join(folder, "binaries");
  mkdirSync(join(binaries, recipe.name), { recursive: true });
  for (const { module } of recipe.modules)
    copyFileSync(join(modules, `${module}.wasm`), join(binaries, recipe.name, `${module}.wasm`));
  const [root, targets] = [bundle.generateKey().signer, bundle.generateKey().signer];
  const trust = { name: "dev", version: 1, keys: [root.publicKey], threshold: 1 };
  const place = { folder: join(folder, "registry"), trust };
  const dates = { created: "2026-01-01T00:00:00Z", expires: "2027-01-01T00:00:00Z" };
  mkdirSync(place.folder);
  const role = { keys: [targets.publicKey], threshold: 1 };
  bundle.createRegistry({ ...place, rootSigners: [root], targets: role, ...dates });
  const recipes = bundle.parseRecipes(JSON.stringify({ bundles: [recipe] }));
  bundle.publish({ ...place, signers: [targets], binaries, recipes, ...dates });
  return place;
}
