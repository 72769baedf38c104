// `pnpm conformance`: third-party cases as a black box through the public SDK. See conformance/README.md.
import { existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { parseArgs } from "node:util";
import { toText } from "./lib/bytes.mjs";
import { runAllInChromium } from "./lib/chromium.mjs";
import { readList, reasonOf, writeKnown } from "./lib/lists.mjs";
import { runAll as runAllOnNode } from "./lib/pool.mjs";

const TOP = fileURLToPath(new URL("..", import.meta.url));
const HELP = `Runs conformance cases through the SDK and compares with conformance/known and conformance/skip.

  pnpm conformance --cases FILE.jsonl [--engine v8|wasmtime|chromium] [--out RESULTS.jsonl] [--filter RE] [--jobs N]
  pnpm conformance --all [DIR]         every FILE.jsonl of a folder (default: CONFORMANCE_DIR, else ../shared/conformance)

  --sample N        every N-th case only
  --update-known    write conformance/known anew from this run (reasons written by hand stay)
  --no-lists        report what passes, compare with no list
  --failures        print each failing case with what differed
  --counts FILE     write {cases, passed, unexpected} as JSON
`;

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    cases: { type: "string", multiple: true, default: [] },
    all: { type: "boolean", default: false },
    engine: { type: "string", default: "v8" },
    out: { type: "string" },
    filter: { type: "string" },
    sample: { type: "string", default: "1" },
    jobs: { type: "string", default: "2" },
    "update-known": { type: "boolean", default: false },
    "no-lists": { type: "boolean", default: false },
    failures: { type: "boolean", default: false },
    counts: { type: "string" },
    help: { type: "boolean", default: false },
  },
});

const runAll = values.engine === "chromium" ? runAllInChromium : runAllOnNode;

/** Names as the caller wrote them are relative to where the caller is, which pnpm keeps in INIT_CWD. */
const here = (path) => resolve(process.env.INIT_CWD ?? process.cwd(), path);

function caseFiles() {
  const named = values.cases.map(here);
  if (!values.all) return named;
  const folder = here(positionals[0] ?? process.env.CONFORMANCE_DIR ?? join(TOP, "../shared/conformance"));
  if (!existsSync(folder)) {
    console.error(`conformance: no folder of cases; put the suites there or set CONFORMANCE_DIR`);
    process.exit(2);
  }
  const found = readdirSync(folder).filter((name) => name.endsWith(".jsonl"));
  return [...named, ...found.sort().map((name) => join(folder, name))];
}

function readCases(file) {
  const pattern = values.filter === undefined ? undefined : new RegExp(values.filter);
  const records = readFileSync(file, "utf8")
    .split("\n")
    .filter(Boolean)
    .map((line) => JSON.parse(line));
  const step = Number(values.sample);
  return records.filter(({ id }, at) => at % step === 0 && (pattern?.test(id) ?? true));
}

/** The suites' helper scripts: name → text. */
function readHelpers(folder) {
  if (!existsSync(folder)) return {};
  return Object.fromEntries(
    readdirSync(folder).map((name) => [name, toText(readFileSync(join(folder, name)))]),
  );
}

function groupBySuite(records) {
  const suites = new Map();
  for (const record of records) suites.set(record.suite, [...(suites.get(record.suite) ?? []), record]);
  return suites;
}

/** Runs a suite; a case that disagrees with the lists gets a second try, alone: a busy machine is not a failure. */
async function runSuite(suite, records, options) {
  const known = values["no-lists"] ? new Map() : readList("known", suite);
  const skip = values["no-lists"] ? new Map() : readList("skip", suite);
  const listed = (id) => known.has(id) || skip.has(id);
  const results = new Map();
  const started = performance.now();
  await runAll(records, { ...options, report: (record, result) => results.set(record.id, result) });
  const odd = records.filter(({ id }) => results.get(id).ok === listed(id));
  if (!values["no-lists"] && !values["update-known"] && odd.length <= 100)
    await runAll(odd, { ...options, jobs: 1, report: (record, result) => results.set(record.id, result) });
  return { suite, records, results, known, skip, seconds: (performance.now() - started) / 1000 };
}

function summarize({ suite, records, results, known, skip, seconds }) {
  const passed = records.filter(({ id }) => results.get(id).ok);
  const failed = records.filter(({ id }) => !results.get(id).ok);
  const newlyFailing = failed.filter(({ id }) => !known.has(id) && !skip.has(id));
  const newlyPassing = passed.filter(({ id }) => known.has(id) || skip.has(id));
  const skipped = failed.filter(({ id }) => skip.has(id)).length;
  const share = ((100 * passed.length) / Math.max(1, records.length - skipped)).toFixed(1);
  console.log(
    `${suite.padEnd(20)} ${String(passed.length).padStart(5)} of ${records.length} pass (${share} %), ` +
      `${failed.length - skipped} fail, ${skipped} skipped, ${seconds.toFixed(1)} s`,
  );
  return { passed, failed, newlyFailing, newlyPassing };
}

function printFailures(failed, results) {
  for (const { id, script } of failed) {
    const { differed, status, stdout, stderr, error } = results.get(id);
    console.log(`--- ${id}: ${differed.join(", ")}\n${script}`);
    console.log(
      error ?? `status ${status}\nstdout ${JSON.stringify(stdout)}\nstderr ${JSON.stringify(stderr)}`,
    );
  }
}

async function main() {
  const files = values.help ? [] : caseFiles();
  if (files.length === 0) {
    console.log(HELP);
    process.exit(values.help ? 0 : 2);
  }
  const options = {
    jobs: Number(values.jobs),
    engine: values.engine,
    sdk: pathToFileURL(join(TOP, "packages/sandbox/dist/index.js")).href,
    helpers: readHelpers(join(dirname(files[0]), "helpers")),
  };
  const lines = [];
  const total = { passed: 0, unexpected: 0, cases: 0 };
  for (const [suite, records] of groupBySuite(files.flatMap(readCases))) {
    const run = await runSuite(suite, records, options);
    const { passed, failed, newlyFailing, newlyPassing } = summarize(run);
    lines.push(...records.map(({ id }) => JSON.stringify(run.results.get(id))));
    if (values.failures) printFailures(failed, run.results);
    total.cases += records.length;
    total.passed += passed.length;
    if (values["no-lists"]) continue;
    if (values["update-known"]) {
      const rest = failed.filter(({ id }) => !run.skip.has(id));
      writeKnown(
        suite,
        rest.map((record) => ({ id: record.id, reason: reasonOf(record, run.results.get(record.id)) })),
        run.known,
      );
      continue;
    }
    total.unexpected += newlyFailing.length + newlyPassing.length;
    for (const { id } of newlyFailing)
      console.log(`  fails, not listed: ${id}: ${run.results.get(id).differed.join(", ")}`);
    for (const { id } of newlyPassing) console.log(`  passes, but is listed: ${id}`);
  }
  if (values.counts) writeFileSync(here(values.counts), JSON.stringify(total));
  if (values.out) writeFileSync(here(values.out), `${lines.join("\n")}\n`);
  console.log(`conformance: ${total.passed} of ${total.cases} pass, ${total.unexpected} against the lists`);
  process.exit(total.unexpected === 0 ? 0 : 1);
}

await main();
