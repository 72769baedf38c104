// Random scripts on one sandbox for minutes, and what grows meanwhile: `node --expose-gc bench/soak.mjs [--minutes N] [--engine E] [--seed N] [--json]`. Ends with
// status 1 if memory, descriptors or threads at the end are more than 10 % (and some) over what they were after half of the time.
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
/** What is held now: MB of memory, descriptors, threads. */
function held() {
  globalThis.gc?.();
  return {
    memory: kilobytes("VmRSS") / 1024,
    descriptors: readdirSync("/proc/self/fd").length,
    threads: kilobytes("Threads"),
  };
}

const box = await Sandbox.create({ engine: values.engine });
const total = Number(values.minutes) * 60_000;
const started = performance.now();
const rows = [];
let calls = 0;
for (let next = total / 10; performance.now() - started < total; calls++) {
  await box.exec(oneOf(KINDS)(), { timeoutMs: 600, session: random(4) === 0 });
  if (performance.now() - started < next) continue;
  // The same tree each time: what is looked at is what the sandbox holds besides.
  await box.exec("rm -rf *");
  rows.push({ minutes: (performance.now() - started) / 60_000, calls, ...held() });
  next += total / 10;
  if (!values.json) console.log(line(rows.at(-1)));
}
await box.close();

function line({ minutes, calls, memory, descriptors, threads }) {
  return `${minutes.toFixed(1)} min: ${calls} scripts, ${memory.toFixed(0)} MB, ${descriptors} descriptors, ${threads} threads`;
}

const [warm, last] = [rows[4], rows.at(-1)];
const slack = { memory: 20, descriptors: 4, threads: 2 };
const grown = Object.keys(slack).filter((what) => last[what] > warm[what] * 1.1 + slack[what]);
if (values.json) console.log(JSON.stringify({ engine: values.engine, seed: values.seed, rows, grown }));
else console.log(grown.length > 0 ? `grown: ${grown.join(", ")}` : "nothing has grown in the second half");
process.exit(grown.length > 0 ? 1 : 0);
