// The main job beside what people have: node bench/main-job.mjs [--rounds N] [--only RE] [--peer FOLDER] [--json]
// FOLDER has just-bash installed (`npm install --prefix FOLDER just-bash`), the peer's column. Results of the last run are in
// bench/results/main-job.json. Every figure is the best of the rounds, in milliseconds; ratios are of one run.
import { execFileSync, spawnSync } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { availableParallelism, loadavg, tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { bestInPeer } from "./peer.mjs";

const { values } = parseArgs({
  options: {
    rounds: { type: "string", default: "5" },
    only: { type: "string", default: "" },
    peer: { type: "string" },
    json: { type: "boolean", default: false },
  },
});
const rounds = Number(values.rounds);
const bin = fileURLToPath(new URL("../packages/demo-node/bin/shadowbox.cjs", import.meta.url));
const folder = mkdtempSync(join(tmpdir(), "bench-main-"));
process.on("exit", () => rmSync(folder, { recursive: true, force: true }));
const env = { ...process.env, SHADOWBOX_NO_BUILD: "1", XDG_STATE_HOME: join(folder, "state") };

function project(name, files) {
  const root = join(folder, name);
  for (let i = 0; i < files; i++) {
    const at = join(root, `d${i % 100}`);
    mkdirSync(at, { recursive: true });
    writeFileSync(
      join(at, `f${i}.txt`),
      `file ${i}\nneedle${i % 50 === 0 ? " found" : ""}\n${"text ".repeat(40)}\n`,
    );
  }
  return root;
}

function best(action) {
  let time = Number.POSITIVE_INFINITY;
  for (let round = 0; round < rounds; round++) {
    const from = performance.now();
    action();
    time = Math.min(time, performance.now() - from);
  }
  return time;
}

function spawned(command, args, cwd) {
  const { status, stderr } = spawnSync(command, args, { cwd, env, maxBuffer: 1 << 28 });
  if (status !== 0) throw new Error(`${command} ${args.join(" ")}: ${status}: ${stderr}`);
}

const cli = (cwd, ...args) => spawned(process.execPath, [bin, ...args], cwd);

/** Milliseconds of a script in a box that is open: the first run, which loads programs and files, and the best of those after. */
function inside(cwd, script) {
  const args = ["--input-type=module", "-e", RUN, cwd, script, String(rounds)];
  return JSON.parse(execFileSync(process.execPath, args, { env }));
}

const sdk = JSON.stringify(new URL("../packages/sandbox/dist/index.js", import.meta.url).href);
const RUN = `const { Sandbox } = await import(${sdk});
const [project, script, rounds] = process.argv.slice(1);
const box = await Sandbox.create({ project });
const times = [];
for (let i = 0; i <= Number(rounds); i++) {
  const { status, durationMs } = await box.exec(script);
  if (status !== 0) throw new Error(\`status \${status}\`);
  times.push(durationMs);
}
console.log(JSON.stringify({ first: times[0], warm: Math.min(...times.slice(1)) }));
process.exit();`;

const LOOP = "for i in {1..100}; do cat d0/f0.txt; done >/dev/null";
const GREP = "grep -rn found . >/dev/null";

/** Opens the project with a state that is new each time, and asks what differs: the best time, after one to load the code. */
const OPEN = `const { Sandbox } = await import(${sdk});
const [project, rounds] = process.argv.slice(1);
let best = Infinity;
for (let i = 0; i <= Number(rounds); i++) {
  const from = performance.now();
  const box = await Sandbox.create({ project, state: \`${folder}/opened\${i}\` });
  const { changes } = box.changes();
  if (changes.length !== 0) throw new Error("expected no changes");
  if (i > 0) best = Math.min(best, performance.now() - from);
  await box.close();
}
console.log(best);
process.exit();`;

/** name → a run of both, and how they are compared */
const ROWS = {
  "cold start: exec 'echo hi'": () => {
    const small = project("small", 1);
    cli(small, "exec", "-q", "echo hi");
    const ours = best(() => cli(small, "exec", "-q", "echo hi"));
    const base = best(() => spawned(process.execPath, ["-e", "0"], small));
    return {
      base: "node",
      baseMs: base,
      oursMs: ours,
      peerMs: bestInPeer(values.peer, small, "echo hi", rounds)?.wholeMs,
      bar: "+100 ms",
      ok: ours <= base + 100,
    };
  },
  "100 x cat in a loop": () => {
    const small = project("loop", 1);
    const { first, warm: ours } = inside(small, LOOP);
    const base = best(() => spawned("bash", ["-c", LOOP], small));
    return {
      base: "bash",
      baseMs: base,
      oursMs: ours,
      firstMs: first,
      peerMs: bestInPeer(values.peer, small, LOOP, rounds)?.ms,
      bar: "1.5 x",
      ok: ours <= 1.5 * base,
    };
  },
  "grep -rn over 5,000 files": () => {
    const big = project("grep", 5000);
    const { first, warm: ours } = inside(big, GREP);
    const base = best(() => spawned("bash", ["-c", GREP], big));
    return {
      base: "GNU grep",
      baseMs: base,
      oursMs: ours,
      firstMs: first,
      peerMs: bestInPeer(values.peer, big, GREP, 1)?.ms,
      bar: "3 x",
      ok: ours <= 3 * base,
    };
  },
  "import + status of 10,000 files, in a running program": () => {
    const many = repository();
    const ours = Number(
      execFileSync(process.execPath, ["--input-type=module", "-e", OPEN, many, String(rounds)], { env }),
    );
    const base = best(() => spawned("git", ["status", "--short"], many));
    return { base: "git status", baseMs: base, oursMs: ours, bar: "2 x", ok: ours <= 2 * base };
  },
  "the same as a command, Node's start included": () => {
    const many = repository();
    let number = 0;
    const ours = best(() => cli(many, "status", "--state", join(folder, `fresh${number++}`)));
    const base = best(() => spawned("git", ["status", "--short"], many));
    return { base: "git status", baseMs: base, oursMs: ours, bar: "2 x", ok: ours <= 2 * base };
  },
};

/** 10,000 files that git has. */
function repository() {
  const many = join(folder, "many");
  if (existsSync(many)) return many;
  project("many", 10_000);
  for (const args of [
    ["init", "-q"],
    ["add", "-A"],
    ["-c", "user.email=a@b", "-c", "user.name=a", "commit", "-qm", "x"],
  ])
    spawned("git", args, many);
  return many;
}

const results = [];
for (const [name, row] of Object.entries(ROWS)) {
  if (!new RegExp(values.only).test(name)) continue;
  const { base, baseMs, oursMs, firstMs, peerMs, bar, ok } = row();
  const round = (ms) => (ms === undefined ? undefined : Math.round(ms * 10) / 10);
  results.push({
    name,
    base,
    baseMs: round(baseMs),
    oursMs: round(oursMs),
    firstMs: round(firstMs),
    justBashMs: round(peerMs),
    bar,
    ok,
  });
  if (!values.json)
    console.log(
      `${ok ? "ok  " : "miss"} ${name.padEnd(34)} ours ${round(oursMs)} ms, ${base} ${round(baseMs)} ms (${(oursMs / baseMs).toFixed(2)} x, bar ${bar})${firstMs === undefined ? "" : `, first ${round(firstMs)} ms`}${peerMs === undefined ? "" : `, just-bash ${round(peerMs)} ms`}`,
    );
}
const report = { node: process.version, cpus: availableParallelism(), load: loadavg()[0], rounds, results };
if (values.json) console.log(JSON.stringify(report, null, 2));
if (values.only === "") {
  mkdirSync(new URL("results/", import.meta.url), { recursive: true });
  writeFileSync(new URL("results/main-job.json", import.meta.url), `${JSON.stringify(report, null, 2)}\n`);
}
