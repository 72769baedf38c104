// The library OS under a shell, beside the machine's own: `node bench/sandbox.mjs [--engine E] [--only RE] [--peer FOLDER] [--json]`. Prints a
// table. Ratios come from one run. FOLDER has just-bash installed (bench/peer.mjs).
import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { bestInPeer } from "./peer.mjs";

const { values } = parseArgs({
  options: {
    engine: { type: "string", default: "v8" },
    only: { type: "string", default: "" },
    peer: { type: "string" },
    json: { type: "boolean", default: false },
  },
});
const { Sandbox } = await import("../packages/sandbox/dist/index.js");
const dir = mkdtempSync(join(tmpdir(), "sandbox-bench-"));
const rows = [];
const wanted = (name) => new RegExp(values.only).test(name);
/** One row: `bar` is of the ratio where there is a `base` (milliseconds of the machine's own), else of `ours`. */
function row(name, { ours, base, peer, unit = "ms", bar, note }) {
  const ok = bar === undefined || (base === undefined ? ours : ours / base) <= bar;
  rows.push({ name, ours, base, peer, unit, bar, ok, note });
}
const median = (list) => list.sort((a, b) => a - b)[list.length >> 1];

async function timed(action) {
  const from = performance.now();
  await action();
  return performance.now() - from;
}

/** Best of `count` runs in the box and of the machine's bash, one after another. */
async function beside(box, script, count = 10) {
  const times = { box: [], native: [] };
  for (let i = 0; i < count; i++) {
    let result;
    times.box.push(
      await timed(async () => {
        result = await box.exec(script);
      }),
    );
    if (result.status !== 0) return undefined;
    times.native.push(await timed(async () => spawnSync("bash", ["-c", script], { cwd: dir })));
  }
  return { box: Math.min(...times.box), native: Math.min(...times.native) };
}

for (let i = 0; i < 5000; i++) {
  const folder = join(dir, `d${i % 50}`, `e${i % 10}`);
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, `f${i}`), "x\n");
}

const open = () => Sandbox.create({ project: dir, engine: values.engine });
const box = await open();
await box.exec("true; cat /dev/null; find . -name nothing");
if (wanted("no-op program, one of 100")) {
  const empty = await Sandbox.create({ engine: values.engine });
  await empty.exec("/bin/cat /dev/null");
  const { box: ours, native } = await beside(empty, "for i in {1..100}; do /bin/cat < /dev/null; done");
  row("no-op program, one of 100", {
    ours: ours / 100,
    bar: values.engine === "wasmtime" ? 6 : undefined,
    note: `bash ${(native / 100).toFixed(2)} ms`,
  });
  await empty.close();
}
const SCRIPTS = [
  ["loop of 100 `cat`", 1, "for i in {1..100}; do cat d1/e1/f1; done > /dev/null"],
  ["`ls -R` over 5,000 files", 2, "ls -R > /dev/null"],
  ["`find` over 5,000 files", 2, "find . -type f > /dev/null"],
  ["400 MB through `head | cat | wc`", undefined, "head -c 400000000 /dev/zero | cat | wc -c"],
];
for (const [name, bar, script] of SCRIPTS) {
  if (!wanted(name)) continue;
  const times = await beside(box, script);
  if (times === undefined) throw new Error(`${name}: does not run`);
  const peer = bestInPeer(values.peer, dir, script, 1)?.ms;
  row(name, { ours: times.box, base: times.native, bar, peer });
}

// Nothing of a project is brought back meanwhile.
const stopped = await Sandbox.create({ engine: values.engine });
await stopped.exec("true; cat /dev/null");
const stops = {
  "spins in the shell": "while :; do :; done",
  "spins in a program": "yes > /dev/null",
  "waits for input": "{ sleep 60 & } ; mkfifo p; cat p",
  "is asleep": "sleep 60",
  "starts processes in a loop": "while :; do true; done",
  "is a ring of pipes": "mkfifo r; yes | cat - r | cat > r",
};
for (const [what, script] of Object.entries(stops)) {
  const name = `kill of what ${what}, worst of 5`;
  if (!wanted(name)) continue;
  const latencies = [];
  for (let i = 0; i < 5; i++) {
    const stop = new AbortController();
    const run = stopped.exec(`rm -f p r; ${script}`, { signal: stop.signal });
    await new Promise((done) => setTimeout(done, 300));
    stop.abort();
    latencies.push(await timed(() => run));
  }
  row(name, { ours: Math.max(...latencies), bar: 100, note: `median ${median(latencies).toFixed(0)} ms` });
}
const after = await stopped.exec("echo works");
if (new TextDecoder().decode(after.stdout) !== "works\n")
  throw new Error("the box does not work after kills");
await Promise.all([box.close(), stopped.close()]);

if (wanted("memory per idle sandbox")) {
  globalThis.gc?.();
  const before = process.memoryUsage().rss;
  const idle = [];
  for (let i = 0; i < 10; i++) {
    const one = await open();
    await one.exec("cat d1/e1/f1");
    idle.push(one);
  }
  row("memory per idle sandbox", {
    ours: (process.memoryUsage().rss - before) / 10 / 1e6,
    unit: "MB",
    bar: 40,
  });
  await Promise.all(idle.map((one) => one.close()));
}

if (wanted("50 sandboxes at once, p95")) {
  const boxes = await Promise.all(Array.from({ length: 50 }, open));
  const times = await Promise.all(
    boxes.map((one) =>
      timed(async () => {
        const { status, stdout } = await one.exec(
          "for i in 1 2 3; do cat d1/e1/f1 | wc -l; done; echo $((6 * 7))",
        );
        if (status !== 0 || !new TextDecoder().decode(stdout).endsWith("42\n"))
          throw new Error(`status ${status}`);
      }),
    ),
  );
  times.sort((a, b) => a - b);
  row("50 sandboxes at once, p95", {
    ours: times[47],
    note: `none failed, median ${times[25].toFixed(0)} ms`,
  });
  await Promise.all(boxes.map((one) => one.close()));
}

if (values.json) console.log(JSON.stringify(rows));
else
  for (const { name, ours, base, unit, bar, ok, note } of rows) {
    const native = base === undefined ? "" : `, native ${base.toFixed(0)} ms: ${(ours / base).toFixed(2)} x`;
    const target =
      bar === undefined ? "" : `bar ${bar}${base === undefined ? ` ${unit}` : " x"}${ok ? "" : ", missed"}`;
    console.log(
      `| ${name} | ${ours.toFixed(ours < 10 ? 2 : 0)} ${unit}${native} | ${target} | ${note ?? ""} |`,
    );
  }
rmSync(dir, { recursive: true });
