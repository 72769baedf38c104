// Python in the box against native python3, in one run: `node bench/python.mjs [--registry DIR] [--csv-mb 100] [--json]`.
// Prints a table.
import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";

const { values } = parseArgs({
  options: {
    registry: { type: "string" },
    "csv-mb": { type: "string", default: "100" },
    json: { type: "boolean", default: false },
  },
});
const { Sandbox } = await import("../packages/sandbox/dist/index.js");
const NATIVE = "/usr/bin/python3";
const KERNELS = {
  "generator sum": "sum(x * x for x in range(2_000_000))",
  "json dumps, loads":
    "json.loads(json.dumps([{'a': i, 'b': [str(i)] * 3, 'c': i / 3} for i in range(20000)]))",
  regex: "re.findall(r'(\\w+)@(\\w+)\\.com', 'some text me@host.com and more ' * 20000)",
  strings: "''.join(str(i) for i in range(200_000)).replace('12', 'ab').upper().split('AB')",
  recursion: "fib(24)",
  "dict fill": "{i: str(i) for i in range(500_000)}",
};
/** Times each kernel inside the interpreter, best of three after one to warm up. */
const PROGRAM = `import json, re, sys, time
def fib(n): return n if n < 2 else fib(n - 1) + fib(n - 2)
out = {}
for name, code in json.loads(sys.argv[1]).items():
    f = eval("lambda: " + code); best = 1e9
    for _ in range(4):
        t = time.perf_counter(); f(); best = min(best, time.perf_counter() - t)
    out[name] = best * 1000
print(json.dumps(out))`;
const CSV =
  "import csv,sys\nn=s=0\nfor row in csv.reader(open(sys.argv[1])):\n    n+=1; s+=len(row[2])\nprint(n,s)";
const SUBPROCESS =
  "import subprocess,time\nt=time.perf_counter()\nfor _ in range(100): subprocess.run(['true'])\nprint((time.perf_counter()-t)*1000)";
const IMPORTS = "import json,re,pathlib,subprocess";

const dir = mkdtempSync(join(tmpdir(), "python-bench-"));
const rows = [];
const opened = performance.now();
const box = await Sandbox.create({ registry: values.registry, limits: { diskBytes: 4 * 1024 ** 3 } });
try {
  await measure();
} finally {
  await box.close();
  rmSync(dir, { recursive: true, force: true });
}

async function measure() {
  const first = performance.now();
  await python(["-c", "pass"]);
  rows.push(["first python3 -c pass in a process", performance.now() - first, undefined]);
  rows.push(["open a sandbox and the above", performance.now() - opened, undefined]);
  await each("warm python3 -c pass", ["-c", "pass"], 30);
  await each(`warm ${IMPORTS}`, ["-c", IMPORTS], 20);
  const kernels = JSON.stringify(KERNELS);
  const [inBox, native] = [
    JSON.parse(await python(["-c", PROGRAM, kernels])),
    JSON.parse(nativePython(["-c", PROGRAM, kernels])),
  ];
  const ratios = Object.keys(KERNELS).map((name) => {
    rows.push([`kernel ${name}`, inBox[name], native[name]]);
    return inBox[name] / native[name];
  });
  rows.push([
    "kernels, geometric mean of ratios",
    Math.exp(ratios.reduce((sum, r) => sum + Math.log(r), 0) / ratios.length),
    1,
  ]);
  rows.push([
    "subprocess.run(['true']) 100 times",
    Number(await python(["-c", SUBPROCESS])),
    Number(nativePython(["-c", SUBPROCESS])),
  ]);
  const text = "123,some name,a longer field with words,3.25,2024-01-01\n".repeat(
    (Number(values["csv-mb"]) * 1e6) / 56,
  );
  const path = join(dir, "big.csv");
  writeFileSync(path, text);
  box.fs.writeFile("/workspace/big.csv", text);
  rows.push([
    `CSV of ${values["csv-mb"]} MB line by line`,
    await timed(() => python(["-c", CSV, "/workspace/big.csv"])),
    await timed(() => nativePython(["-c", CSV, path])),
  ]);
  if (values.json) {
    console.log(JSON.stringify(rows.map(([name, ours, base]) => ({ name, ours, base }))));
    return;
  }
  console.log("| what | in the box, ms | native, ms | ratio |\n|---|---|---|---|");
  for (const [what, box, native] of rows)
    console.log(
      `| ${what} | ${box.toFixed(1)} | ${native?.toFixed(1) ?? ""} | ${native ? (box / native).toFixed(2) : ""} |`,
    );
}

/** The median of many runs, box and native in turn. */
async function each(what, args, count) {
  const [inBox, native] = [[], []];
  for (let i = 0; i < count; i++) {
    inBox.push(await timed(() => python(args)));
    native.push(await timed(() => nativePython(args)));
  }
  const median = (list) => list.sort((a, b) => a - b)[list.length >> 1];
  rows.push([what, median(inBox), median(native)]);
}

async function timed(run) {
  const start = performance.now();
  await run();
  return performance.now() - start;
}

async function python(args) {
  const result = await box.exec('exec python3 "$@"', { args });
  if (result.status !== 0) throw new Error(Buffer.from(result.stderr).toString());
  return Buffer.from(result.stdout).toString();
}

function nativePython(args) {
  const { status, stdout, stderr } = spawnSync(NATIVE, args, { encoding: "utf8" });
  if (status !== 0) throw new Error(stderr);
  return stdout;
}
