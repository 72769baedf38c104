// The commands in a sandbox against the machine's own, in one run:
// `node bench/userland.mjs [--mb 24] [--only RE] [--engine v8] [--registry DIR] [--json]`.
// Each script runs three times on either side and times itself, so opening a sandbox counts for nobody. Each has a process
// of its own: there the first run compiles the module; the best of the others is the warm figure. Then what it costs to
// start each hot command.
import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { parseArgs } from "node:util";
import { gunzipSync } from "node:zlib";
import { Sandbox } from "../packages/sandbox/dist/index.js";

const { values } = parseArgs({
  options: {
    mb: { type: "string", default: "24" },
    only: { type: "string", default: "" },
    engine: { type: "string", default: "v8" },
    registry: { type: "string" },
    json: { type: "boolean", default: false },
    // What the bench starts itself with: a folder, and the script to run in a sandbox over it.
    boxed: { type: "string", multiple: true },
  },
});

const HOT = ["cat", "echo", "head", "wc", "grep", "sed", "ls", "test", "cut", "tr", "sort"];

/** [name, bar (ratio), script]; `text` is a file of --mb MB, `many` a folder of 5,000 files in 100 folders, as is `more`.
 *  GNU's grep and tar do next to nothing when they see `/dev/null`, so theirs goes through a pipe. */
const SCRIPTS = [
  ["sort", 1.5, "sort text"],
  ["sort -n", 1.5, "sort -k2 -n text"],
  ["wc", 1.5, "wc text"],
  ["cut", 1.5, "cut -d' ' -f2,4 text"],
  ["uniq -c", 1.5, "uniq -c text"],
  ["sha256sum", 1.5, "sha256sum text"],
  ["grep literal", 2, "grep lazy text | cat"],
  ["grep regex", 2, "grep -E '[0-9]+ (quick|slow) b[a-z]+' text | cat"],
  ["grep -rn, 5,000 files", 2, "grep -rn needle many | cat"],
  ["sed", 2, "sed 's/quick/slow/g' text"],
  ["awk", 2, "awk '{ n[$3] += $2 } END { for (w in n) print w, n[w] }' text"],
  ["jq", 2, "jq -c '.n' records"],
  ["find, 10,000 files", 2, "find many more -name '*7.txt' -size +0"],
  ["gzip", 1.5, "gzip -c text"],
  ["gunzip", 1.5, "gunzip -c text.gz"],
  ["tar", 1.5, "tar -cf - text many | cat"],
  ["yes | head -c 1G", 2, "yes | head -c 1G"],
];

if (values.boxed) {
  console.log(JSON.stringify(await inSandbox(...values.boxed)));
  process.exit();
}

const folder = mkdtempSync(join(tmpdir(), "bench-userland-"));
process.on("exit", () => rmSync(folder, { recursive: true, force: true }));
const words = ["quick", "slow", "brown", "lazy", "fox", "dog", "jumps", "over"];
const line = (i) => `line ${(i * 7919) % 100_003} ${words[i % 8]} ${words[(i * 5) % 7]} the ${i}\n`;
const text = Array.from({ length: 40_000 }, (_, i) => line(i)).join("");
writeFileSync(join(folder, "text"), text.repeat(Math.ceil((Number(values.mb) * 1e6) / text.length)));
spawnSync("gzip", ["-k", "text"], { cwd: folder });
writeFileSync(
  join(folder, "records"),
  Array.from(
    { length: 100_000 },
    (_, i) => `{"n": ${i}, "name": "${words[i % 8]}", "tags": ["a", "b", ${i}]}\n`,
  ).join(""),
);
for (const top of ["many", "more"])
  for (let i = 0; i < 5000; i++) {
    const at = join(folder, `${top}/${i % 100}`);
    mkdirSync(at, { recursive: true });
    writeFileSync(join(at, `${i}.txt`), `${line(i).repeat(20)}${i % 50 === 0 ? "a needle\n" : ""}`);
  }

function withClock(script) {
  return `t0=\${EPOCHREALTIME/.}; ${script} >/dev/null\necho $(( \${EPOCHREALTIME/.} - t0 ))`;
}

function milliseconds(output, errors) {
  if (!/^\d+\s*$/.test(output)) throw new Error(`no time: ${output}${errors}`);
  return Number(output) / 1000;
}

function native(script) {
  const env = { ...process.env, LC_ALL: "C.UTF-8" };
  const run = spawnSync("bash", ["-c", withClock(script)], { cwd: folder, encoding: "utf8", env });
  return milliseconds(run.stdout, run.stderr);
}

/** What three runs of the script take in a sandbox over the folder, one after another. */
async function inSandbox(project, script) {
  const box = await Sandbox.create({ project, engine: values.engine, registry: values.registry });
  const decode = (bytes) => (typeof bytes === "string" ? bytes : new TextDecoder().decode(bytes));
  const times = [];
  for (let i = 0; i < 3; i++) {
    const run = await box.exec(withClock(script));
    times.push(milliseconds(decode(run.stdout), decode(run.stderr)));
  }
  await box.close();
  return times;
}

function boxed(script) {
  const options = ["--engine", values.engine, "--boxed", folder, "--boxed", script];
  if (values.registry) options.push("--registry", values.registry);
  const run = spawnSync(process.execPath, [import.meta.filename, ...options], { encoding: "utf8" });
  if (run.status !== 0) throw new Error(`${script}: ${run.stderr}`);
  return JSON.parse(run.stdout);
}

/** Milliseconds to instantiate each hot command's module, the median of 50, imports that do nothing. */
function startUp() {
  const registry = resolve(values.registry ?? join(import.meta.dirname, "../registry"));
  const rows = {};
  for (const bundle of readdirSync(join(registry, "manifests"))) {
    const folder = join(registry, "manifests", bundle);
    const manifest = join(folder, readdirSync(folder).at(-1));
    const { commands, assets } = JSON.parse(readFileSync(manifest, "utf8")).signed;
    for (const name of HOT.filter((hot) => commands[hot])) {
      const { sha256 } = assets[commands[name].module];
      const stored = readFileSync(join(registry, `assets/${sha256}.wasm.gz`));
      rows[name] = instantiation(new WebAssembly.Module(gunzipSync(stored)));
    }
  }
  return rows;
}

function instantiation(module) {
  const imports = { wasi_snapshot_preview1: {} };
  for (const { name } of WebAssembly.Module.imports(module)) imports.wasi_snapshot_preview1[name] = () => 0;
  const times = Array.from({ length: 50 }, () => {
    const start = performance.now();
    new WebAssembly.Instance(module, imports);
    return performance.now() - start;
  });
  return times.sort((a, b) => a - b)[25];
}

const results = [];
for (const [name, bar, script] of SCRIPTS.filter(([name]) => new RegExp(values.only).test(name))) {
  const ours = boxed(script);
  const theirs = Math.min(native(script), native(script), native(script));
  results.push({
    name,
    bar,
    native: theirs,
    first: ours[0] / theirs,
    warm: Math.min(...ours.slice(1)) / theirs,
  });
}
const start = startUp();
if (values.json) console.log(JSON.stringify({ results, start }, undefined, 1));
else {
  for (const { name, bar, native: ms, first, warm } of results)
    console.log(
      `${name.padEnd(24)} native ${ms.toFixed(0).padStart(6)} ms  warm ${warm.toFixed(2).padStart(6)} x  first ${first.toFixed(2).padStart(6)} x  bar ${bar} x${warm <= bar ? "" : "  MISSED"}`,
    );
  for (const [name, ms] of Object.entries(start))
    console.log(`start of ${name.padEnd(8)} ${ms.toFixed(2)} ms${ms <= 0.5 ? "" : "  MISSED"}`);
}
