// The main job beside what people have: node bench/main-job.mjs [--rounds N] [--only RE] [--peer FOLDER] [--json]
// FOLDER has just-bash installed (`npm install --prefix FOLDER just-bash`), the peer's column. Results of the last run are in
// bench/results/main-job.json. Every figure is the best of the rounds, in milliseconds; ratios are of one run.
import { execFileSync, spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { availableParallelism, loadavg, tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { parseArgs } from "node:util";

const { values } = parseArgs({
  options: {
    rounds: { type: "string", default: "5" },
    only: { type: "string", default: "" },
    peer: { type: "string" },
    json: { type: "boolean", default: false },
  },
});
const rounds = Number(values.rounds);
const bin = fileURLToPath(new URL("../packages/demo-node/bin/shadowbox.mjs", import.meta.url));
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

/** just-bash as a process of its own, over a folder: what a CLI of it would be. */
function peer(cwd, script) {
  if (values.peer === undefined) return undefined;
  const module = pathToFileURL(join(values.peer, "node_modules/just-bash/dist/bundle/index.js")).href;
  const code = `import { Bash, OverlayFs } from ${JSON.stringify(module)};
const fs = new OverlayFs({ root: process.argv[1] });
const bash = new Bash({ fs, cwd: fs.getMountPoint() });
const { exitCode, stderr } = await bash.exec(process.argv[2]);
if (exitCode !== 0) { console.error(stderr); process.exit(1); }`;
  return best(() => spawned(process.execPath, ["--input-type=module", "-e", code, cwd, script], cwd));
}

/** Milliseconds that a script takes inside a box that is open, as `exec` reports them. */
function inside(cwd, script) {
  let time = Number.POSITIVE_INFINITY;
  for (let round = 0; round < rounds; round++) {
    const out = execFileSync(process.execPath, [bin, "exec", "--json", script], {
      cwd,
      env,
      maxBuffer: 1 << 28,
    });
    const { status, durationMs } = JSON.parse(out);
    if (status !== 0) throw new Error(`${script}: ${status}`);
    time = Math.min(time, durationMs);
  }
  return time;
}

const LOOP = "for i in {1..100}; do cat d0/f0.txt; done >/dev/null";
const GREP = "grep -rn found . >/dev/null";

/** [name, bar, runs: {ours, base, peer}, how they are compared] */
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
      peerMs: peer(small, "echo hi"),
      bar: "+100 ms",
      ok: ours <= base + 100,
    };
  },
  "100 x cat in a loop": () => {
    const small = project("loop", 1);
    const ours = inside(small, LOOP);
    const base = best(() => spawned("bash", ["-c", LOOP], small));
    return {
      base: "bash",
      baseMs: base,
      oursMs: ours,
      peerMs: peer(small, LOOP),
      bar: "1.5 x",
      ok: ours <= 1.5 * base,
    };
  },
  "grep -rn over 5,000 files": () => {
    const big = project("grep", 5000);
    const ours = inside(big, GREP);
    const base = best(() => spawned("bash", ["-c", GREP], big));
    return {
      base: "GNU grep",
      baseMs: base,
      oursMs: ours,
      peerMs: peer(big, GREP),
      bar: "3 x",
      ok: ours <= 3 * base,
    };
  },
  "import + status of 10,000 files": () => {
    const many = project("many", 10_000);
    for (const args of [
      ["init", "-q"],
      ["add", "-A"],
      ["-c", "user.email=a@b", "-c", "user.name=a", "commit", "-qm", "x"],
    ])
      spawned("git", args, many);
    let number = 0;
    const ours = best(() => cli(many, "status", "--state", join(folder, `fresh${number++}`)));
    const base = best(() => spawned("git", ["status", "--short"], many));
    return { base: "git status", baseMs: base, oursMs: ours, bar: "2 x", ok: ours <= 2 * base };
  },
};

const results = [];
for (const [name, row] of Object.entries(ROWS)) {
  if (!new RegExp(values.only).test(name)) continue;
  const { base, baseMs, oursMs, peerMs, bar, ok } = row();
  const round = (ms) => (ms === undefined ? undefined : Math.round(ms * 10) / 10);
  results.push({
    name,
    base,
    baseMs: round(baseMs),
    oursMs: round(oursMs),
    justBashMs: round(peerMs),
    bar,
    ok,
  });
  if (!values.json)
    console.log(
      `${ok ? "ok  " : "miss"} ${name.padEnd(34)} ours ${round(oursMs)} ms, ${base} ${round(baseMs)} ms (${(oursMs / baseMs).toFixed(2)} x, bar ${bar})${peerMs === undefined ? "" : `, just-bash ${round(peerMs)} ms`}`,
    );
}
const report = { node: process.version, cpus: availableParallelism(), load: loadavg()[0], rounds, results };
if (values.json) console.log(JSON.stringify(report, null, 2));
if (values.only === "") {
  mkdirSync(new URL("results/", import.meta.url), { recursive: true });
  writeFileSync(new URL("results/main-job.json", import.meta.url), `${JSON.stringify(report, null, 2)}\n`);
}
