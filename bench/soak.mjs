// Random scripts on one sandbox for minutes, and what grows meanwhile: `node --expose-gc bench/soak.mjs [--minutes N] [--engine E] [--seed N] [--json]`. The time begins
// after a warm-up of 500 scripts, however long they take. Ends with status 1 if memory, descriptors or threads at the end are more than 10 % (and some) over what
// they were in the beginning; the pool holds now more threads, now fewer, so that the largest of three looks is compared with the largest of three.
import { readdirSync, readFileSync } from "node:fs";
import { parseArgs } from "node:util";

const { values } = parseArgs({
  options: {
    minutes: { type: "string", default: "10" },
    engine: { type: "string", default: "v8" },
    seed: { type: "string", default: "1" },
    json: { type: "boolean", default: false },
  },
});
const { Sandbox } = await import("../packages/sandbox/dist/index.js");

let state = Number(values.seed) >>> 0;
function random(below) {
  state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
  return Math.floor((state / 2 ** 32) * below);
}
const oneOf = (list) => list[random(list.length)];
const name = () => `f${random(40)}`;

/** Kinds of script: what a shell, its programs, pipes, files and failures do. */
const KINDS = [
  () => `seq ${random(5000)} | sort -rn | head -n ${random(9)} | wc -l`,
  () => `for ((i = 0; i < ${random(300)}; i++)); do s+=$i; done; echo \${#s}`,
  () => `echo ${random(1e9)} > ${name()}; cat ${name()} ${name()} | wc -c`,
  () => `mkdir -p d${random(9)}/e; cp f* d${random(9)} 2>&1 | tail -n 1; find . -type f | wc -l`,
  () => `rm -rf d${random(9)} ${name()}; ls | wc -l`,
  () => `head -c ${random(3_000_000)} /dev/zero > big; truncate -s ${random(9)}M big; stat -c %s big; rm big`,
  () => `yes | head -n ${random(1000)} | tail -n 1; (exit ${random(9)}); echo $?`,
  () => `x=$(cat ${name()} 2>&1 | tr 0-9 a-j); echo "$x" | sed 's/a/b/g' | grep -c b`,
  () => `ln -sf ${name()} ${name()}; mv ${name()} ${name()} 2>&1; ln ${name()} l$RANDOM 2>&1; rm -f l*`,
  () => `sleep 0.0${random(9)} & sleep 5 & kill $!; wait; jobs`,
  () => `rm -f p; mkfifo p; seq ${random(2000)} > p & while read -r l; do :; done < p; echo $l; rm p`,
  () => `awk 'BEGIN { for (i = 0; i < ${random(20000)}; i++) a[i] = i; print length(a) }'`,
  () => `diff <(seq ${random(500)}) <(seq ${random(500)}) | wc -l`,
  () => `while :; do :; done`,
  () => `yes > /dev/null`,
  () => `nosuchcommand; cat nofile; [ -e ${name()} ] && chmod ${oneOf(["644", "755", "600"])} ${name()}`,
];

const kilobytes = (field) =>
  Number(new RegExp(`^${field}:\\s+(\\d+)`, "m").exec(readFileSync("/proc/self/status", "utf8"))?.[1] ?? 0);
/** What is held now: MB of memory (and of it this thread's heap, and array buffers), descriptors, threads. */
function held() {
  globalThis.gc?.();
  const { heapUsed, arrayBuffers } = process.memoryUsage();
  return {
    memory: kilobytes("VmRSS") / 1024,
    heap: heapUsed / 2 ** 20,
    buffers: arrayBuffers / 2 ** 20,
    descriptors: readdirSync("/proc/self/fd").length,
    threads: kilobytes("Threads"),
  };
}

const WARM_UP = 500;
const LOOKS = 10;
const box = await Sandbox.create({ engine: values.engine });
const rows = [];
let calls = 0;

async function runOne() {
  await box.exec(oneOf(KINDS)(), { timeoutMs: 600, session: random(4) === 0 });
  calls++;
}

/** The same tree each time: what is looked at is what the sandbox holds besides. */
async function look(minutes) {
  await box.exec("rm -rf *");
  rows.push({ minutes, calls, ...held() });
  if (!values.json) console.log(line(rows.at(-1)));
}

function line({ minutes, calls, memory, heap, buffers, descriptors, threads }) {
  const parts = `${heap.toFixed(0)} MB heap, ${buffers.toFixed(0)} MB buffers`;
  return `${minutes.toFixed(1)} min: ${calls} scripts, ${memory.toFixed(0)} MB (${parts}), ${descriptors} descriptors, ${threads} threads`;
}

while (calls < WARM_UP) await runOne();
const total = Number(values.minutes) * 60_000;
const started = performance.now();
const elapsed = () => performance.now() - started;
await look(0);
for (let next = total / LOOKS; rows.length <= LOOKS; ) {
  await runOne();
  if (elapsed() < next) continue;
  await look(elapsed() / 60_000);
  next += total / LOOKS;
}
await box.close();

const most = (some, what) => Math.max(...some.map((row) => row[what]));
const slack = { memory: 20, heap: 5, buffers: 10, descriptors: 4, threads: 2 };
const grown = Object.keys(slack).filter(
  (what) => most(rows.slice(-3), what) > most(rows.slice(0, 3), what) * 1.1 + slack[what],
);
if (values.json) console.log(JSON.stringify({ engine: values.engine, seed: values.seed, rows, grown }));
else console.log(grown.length > 0 ? `grown: ${grown.join(", ")}` : "nothing has grown since the warm-up");
process.exit(grown.length > 0 ? 1 : 0);
