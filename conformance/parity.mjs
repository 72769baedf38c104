// `node conformance/parity.mjs [--beside chromium|wasmtime]`: every case on Node's v8 engine and on another; what differs by a byte of
// stdout, stderr, status or what was left behind. Build first: `node tools/build.mjs`, for Chromium also `pnpm -C packages/demo-web build`.
import { existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { setTimeout } from "node:timers/promises";
import { fileURLToPath, pathToFileURL } from "node:url";
import { parseArgs } from "node:util";
import { toText } from "./lib/bytes.mjs";
import { runAllInChromium } from "./lib/chromium.mjs";
import { readList } from "./lib/lists.mjs";
import { runAll as runAllOnNode } from "./lib/pool.mjs";

const TOP = fileURLToPath(new URL("..", import.meta.url));
/** Runs of a case that differed: one that Node itself answers in several ways has no one answer to compare with. */
const NODE_TRIES = 3;
/** Between two of them, ms: what shows the second at which it ran (an archive, a debugging line of date) has no one answer either. */
const NODE_PAUSE = 1100;
const OTHER_TRIES = 2;

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    filter: { type: "string", default: "" },
    sample: { type: "string", default: "1" },
    jobs: { type: "string", default: "2" },
    beside: { type: "string", default: "chromium" },
    "limit-ms": { type: "string" },
    out: { type: "string" },
  },
});
const OTHER = values.beside;
const runAllOnOther =
  OTHER === "chromium"
    ? runAllInChromium
    : (records, options) => runAllOnNode(records, { ...options, engine: OTHER });

/** The suites of a folder, or the named files. */
function suites() {
  const from = positionals[0] ?? process.env.CONFORMANCE_DIR ?? join(TOP, "../shared/conformance");
  const files = from.endsWith(".jsonl")
    ? positionals
    : readdirSync(from)
        .filter((name) => name.endsWith(".jsonl"))
        .map((name) => join(from, name));
  const pattern = new RegExp(values.filter);
  return files.sort().map((file) => {
    const lines = readFileSync(file, "utf8").split("\n").filter(Boolean);
    const sampled = lines.map((line) => JSON.parse(line)).filter((_, at) => at % Number(values.sample) === 0);
    return { file, records: sampled.filter(({ id }) => pattern.test(id)) };
  });
}

function readHelpers(file) {
  const folder = join(resolve(file, ".."), "helpers");
  if (!existsSync(folder)) return {};
  return Object.fromEntries(
    readdirSync(folder).map((name) => [name, toText(readFileSync(join(folder, name)))]),
  );
}

async function results(run, records, options) {
  const found = new Map();
  await run(records, { ...options, report: ({ id }, result) => found.set(id, result) });
  return found;
}

const seen = ({ status, stdout, stderr, tree, error, differed }) => ({
  ...{ status, stdout, stderr, tree },
  failed: error?.split("\n")[0] ?? differed.find((what) => what === "stuck" || what === "crash"),
});
const key = (result) => JSON.stringify(seen(result));

/** What is the case with a record that differed at first: undefined when a second look agrees. */
async function lookAgain(record, options) {
  const answers = [];
  const alone = { ...options, jobs: 1 };
  for (let tries = 0; tries < NODE_TRIES; tries++) {
    if (tries > 0) await setTimeout(NODE_PAUSE);
    answers.push((await results(runAllOnNode, [record], alone)).get(record.id));
  }
  const known = new Set(answers.map(key));
  for (let tries = 0; tries < OTHER_TRIES; tries++) {
    const got = (await results(runAllOnOther, [record], alone)).get(record.id);
    if (known.has(key(got))) return undefined;
    if (tries < OTHER_TRIES - 1) continue;
    const [node, other] = [seen(answers[0]), seen(got)];
    const differed = Object.keys(node).filter((name) => node[name] !== other[name]);
    return { id: record.id, isSteady: known.size === 1, differed, node, [OTHER]: other };
  }
}

async function compare({ file, records }) {
  const options = {
    ...{ jobs: Number(values.jobs), tree: true, engine: "v8", helpers: readHelpers(file) },
    sdk: pathToFileURL(join(TOP, "packages/sandbox/dist/index.js")).href,
    limitMs: values["limit-ms"] === undefined ? undefined : Number(values["limit-ms"]),
  };
  const started = performance.now();
  const node = await results(runAllOnNode, records, options);
  const between = performance.now();
  const other = await results(runAllOnOther, records, options);
  const ended = performance.now();
  const odd = records.filter(({ id }) => key(node.get(id)) !== key(other.get(id)));
  const found = [];
  for (const record of odd) found.push(await lookAgain(record, options));
  const times = { node: sum(node), other: sum(other) };
  console.log(
    `${file.split("/").at(-1).padEnd(28)} ${records.length} cases, ${odd.length} differed at first; ` +
      `scripts ${seconds(times.node)} on v8, ${seconds(times.other)} on ${OTHER}; ` +
      `in all ${seconds(between - started)} and ${seconds(ended - between)}`,
  );
  return { found: found.filter(Boolean), times, cases: records.length };
}

const sum = (found) => [...found.values()].reduce((total, { ms = 0 }) => total + ms, 0);
const seconds = (ms) => `${(ms / 1000).toFixed(1)} s`;

const listed = readList("known", `parity-${OTHER}`);
const all = { found: [], node: 0, other: 0, cases: 0 };
for (const suite of suites()) {
  const { found, times, cases } = await compare(suite);
  all.found.push(...found);
  all.cases += cases;
  all.node += times.node;
  all.other += times.other;
  for (const { id, differed, isSteady } of found)
    console.log(
      `  ${id}: ${differed.join(", ")}${isSteady ? "" : " (v8's answers vary)"}: ${listed.get(id) ?? "not listed"}`,
    );
  if (values.out) writeFileSync(values.out, all.found.map((one) => `${JSON.stringify(one)}\n`).join(""));
}
const unlisted = all.found.filter(({ id, isSteady }) => isSteady && !listed.has(id));
console.log(
  `parity: ${all.cases - all.found.length} of ${all.cases} cases the same, ${all.found.length} differ, ${unlisted.length} of them for no listed ` +
    `reason; scripts ${(all.other / all.node).toFixed(2)} x v8's time`,
);
process.exit(unlisted.length === 0 ? 0 : 1);
