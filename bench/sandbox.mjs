// The library OS under a shell, beside the machine's own: `node bench/sandbox.mjs`. Prints a table. Ratios come from one run.
import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

const { Sandbox } = await import("../packages/sandbox/dist/index.js");
const dir = mkdtempSync(join(tmpdir(), "sandbox-bench-"));
const rows = [];
const row = (what, figure) => rows.push([what, figure]);
const median = (list) => list.sort((a, b) => a - b)[list.length >> 1];

async function timed(action) {
  const from = performance.now();
  await action();
  return performance.now() - from;
}

/** Best of `count` runs in the box and of the machine's bash, one after another. */
async function beside(box, script, count = 5) {
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

const show = (times) => (times === undefined ? "does not run" : ratio(times));
const ratio = ({ box, native }) =>
  `${box.toFixed(0)} ms, native ${native.toFixed(0)} ms: ${(box / native).toFixed(2)} ×`;

for (let i = 0; i < 5000; i++) {
  const folder = join(dir, `d${i % 50}`, `e${i % 10}`);
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, `f${i}`), "x\n");
}

const box = await Sandbox.create({ project: dir });
await box.exec("true; cat /dev/null; find . -name nothing");
row("loop of 100 `cat`", show(await beside(box, "for i in {1..100}; do cat d1/e1/f1; done > /dev/null")));
row("`ls -R` over 5,000 files", show(await beside(box, "ls -R > /dev/null")));
row("`find` over 5,000 files", show(await beside(box, "find . -type f > /dev/null")));
row(
  "400 MB through `head | cat | wc`",
  show(await beside(box, "head -c 400000000 /dev/zero | cat | wc -c", 3)),
);

const stops = {
  "spins in the shell": "while :; do :; done",
  "spins in a program": "yes > /dev/null",
  "waits for input": "{ sleep 60 & } ; mkfifo p; cat p",
  "is asleep": "sleep 60",
  "starts processes in a loop": "while :; do true; done",
  "is a ring of pipes": "mkfifo r; yes | cat - r | cat > r",
};
for (const [what, script] of Object.entries(stops)) {
  const latencies = [];
  for (let i = 0; i < 5; i++) {
    const stop = new AbortController();
    const run = box.exec(`rm -f p r; ${script}`, { signal: stop.signal });
    await new Promise((done) => setTimeout(done, 300));
    stop.abort();
    latencies.push(await timed(() => run));
  }
  row(
    `kill of what ${what}`,
    `${median(latencies).toFixed(0)} ms median, ${Math.max(...latencies).toFixed(0)} ms worst of 5`,
  );
}
const after = await box.exec("echo works");
row("the box after that", new TextDecoder().decode(after.stdout).trim());
await box.close();

globalThis.gc?.();
const before = process.memoryUsage().rss;
const idle = [];
for (let i = 0; i < 10; i++) {
  const one = await Sandbox.create({ project: dir });
  await one.exec("cat d1/e1/f1");
  idle.push(one);
}
row("memory per idle sandbox", `${((process.memoryUsage().rss - before) / 10 / 2 ** 20).toFixed(1)} MiB`);
await Promise.all(idle.map((one) => one.close()));

const boxes = await Promise.all(Array.from({ length: 50 }, () => Sandbox.create({ project: dir })));
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
row("50 sandboxes at once", `none failed, median ${times[25].toFixed(0)} ms, p95 ${times[47].toFixed(0)} ms`);
await Promise.all(boxes.map((one) => one.close()));

for (const [what, figure] of rows) console.log(`| ${what} | ${figure} |`);
rmSync(dir, { recursive: true });
