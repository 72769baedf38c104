// The shell in a sandbox against the machine's bash, side by side in one run: node bench/shell.mjs [--rounds N] [--only RE]
// [--json] [--peer FOLDER: with just-bash, see bench/peer.mjs] [--native: our shell as a program over the host's files]. Each script times itself with EPOCHREALTIME, so that
// starting a process counts for nobody. Ratio: ours / bash, the best of the rounds each.
import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { Sandbox } from "../packages/sandbox/dist/index.js";
import { inPeer } from "./peer.mjs";
import { loadShell } from "./shell/lib.mjs";
import { library } from "./shell/library.mjs";

const { values } = parseArgs({
  options: {
    rounds: { type: "string", default: "3" },
    only: { type: "string", default: "" },
    json: { type: "boolean", default: false },
    native: { type: "boolean", default: false },
    peer: { type: "string" },
  },
});

const folder = mkdtempSync(join(tmpdir(), "bench-shell-"));
process.on("exit", () => rmSync(folder, { recursive: true, force: true }));

const lines = join(folder, "lines");
writeFileSync(lines, Array.from({ length: 100_000 }, (_, i) => `line ${i} of the file\n`).join(""));
const sourced = join(folder, "library.sh");
writeFileSync(sourced, library(10_000));
const big = join(folder, "big.sh");
writeFileSync(big, `if false; then\n${library(41_300)}\nfi\n`);

/** [name, bar (ratio, or ms where `ms` is true), script] */
const SCRIPTS = [
  ["1M arithmetic loop", 2, "for ((i=0;i<1000000;i++)); do ((s+=i)); done"],
  ["string building, 100k", 2, "s=; for ((i=0;i<100000;i++)); do s+=x; done"],
  ["array fill, 100k", 2, "a=(); for ((i=0;i<100000;i++)); do a[i]=$i; done"],
  ["array append, 100k", 2, 'a=(); for ((i=0;i<100000;i++)); do a+=("$i"); done'],
  ["100k function calls", 2, "f() { local x=$1; }; for ((i=0;i<100000;i++)); do f $i; done"],
  ["1000 $(...)", 1, "for ((i=0;i<1000;i++)); do x=$(echo $i); done"],
  ["while read, 100k lines", 1.5, `n=0; while read -r a b; do ((n++)); done < ${lines}`],
  ["source 10k lines", 2, `source ${sourced}`],
  ["parse 1 MB", 2, `source ${big}`],
  ["mapfile and for, 100k", 2, `mapfile -t l < ${lines}; for x in "\${l[@]}"; do :; done`],
  ["[[ ]] and case, 100k", 2, "for ((i=0;i<100000;i++)); do [[ $i == *7 ]]; case $i in *3) ;; esac; done"],
  [
    "parameter operations, 50k",
    2,
    "p=/usr/lib/a.tar.gz; for ((i=0;i<50000;i++)); do x=${p##*/}; y=${x%%.*}; z=${p//a/b}; done",
  ],
];

const withClock = (script) => `t0=\${EPOCHREALTIME/.}; ${script}\necho $(( \${EPOCHREALTIME/.} - t0 ))`;

function milliseconds(output, errors) {
  const last = output.trim().split("\n").at(-1);
  if (!/^\d+$/.test(last)) throw new Error(`no time: ${errors}`);
  return Number(last) / 1000;
}

function timed(command, script) {
  const args = [...command.slice(1), "-c", withClock(script)];
  const run = spawnSync(command[0], args, { encoding: "utf8", maxBuffer: 1 << 26 });
  return milliseconds(run.stdout, run.stderr);
}

/** Our shell: in a sandbox that has the files, or as a program. */
async function ourShell() {
  if (values.native) {
    const { command } = await loadShell();
    return { time: (script) => timed(command, script), close() {} };
  }
  const sandbox = await Sandbox.create();
  sandbox.fs.mkdir(folder);
  for (const file of [lines, sourced, big]) sandbox.fs.writeFile(file, readFileSync(file));
  const time = async (script) => {
    const { stdout, stderr } = await sandbox.exec(withClock(script), { timeoutMs: 120_000 });
    return milliseconds(Buffer.from(stdout).toString(), Buffer.from(stderr).toString());
  };
  return { time, close: () => sandbox.close() };
}

const shell = await ourShell();
const rows = [];
for (const [name, bar, script] of SCRIPTS) {
  if (!new RegExp(values.only).test(name)) continue;
  const bash = [];
  const ours = [];
  for (let round = 0; round < Number(values.rounds); round++) {
    bash.push(timed(["/bin/bash"], script));
    ours.push(await shell.time(script));
  }
  const best = { bash: Math.min(...bash), ours: Math.min(...ours) };
  const peer = inPeer(values.peer, folder, script.replaceAll(`${folder}/`, ""))?.ms;
  const row = { name, ...best, ratio: best.ours / best.bash, bar, peer };
  rows.push(row);
  if (!values.json)
    console.log(
      `${name.padEnd(28)} bash ${row.bash.toFixed(1).padStart(8)} ms  ours ${row.ours.toFixed(1).padStart(8)} ms  ratio ${row.ratio.toFixed(2).padStart(6)}  bar ${bar} ${row.ratio <= bar ? "ok" : "missed"}`,
    );
}
if (values.json) console.log(JSON.stringify(rows));
await shell.close();
