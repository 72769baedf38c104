// Runs the corpus: `node conformance/python/run.mjs [--engine v8|wasmtime|chromium] [--grep TEXT] [--verbose] [--registry DIR]`.
// Compares with /usr/bin/python3; known.json says what differs on all engines, known-ENGINE.json what differs there besides.
import { existsSync, readFileSync } from "node:fs";
import { parseArgs } from "node:util";
import { runInChromium } from "./chromium.mjs";
import { checkOracle, loadPrograms, runInBox, runNative } from "./corpus.mjs";

const { values } = parseArgs({
  options: {
    engine: { type: "string", default: "v8" },
    grep: { type: "string", default: "" },
    verbose: { type: "boolean" },
    registry: { type: "string" },
  },
});
checkOracle();
const known = { ...readKnown("known.json"), ...readKnown(`known-${values.engine}.json`) };
const failed = [];
const surprises = [];
const programs = loadPrograms().filter(({ name }) => name.includes(values.grep));
if (values.engine === "chromium") await runInChromium(programs, 2, compare);
else await runOnNode();
console.log(`${programs.length - failed.length} of ${programs.length} programs as native python3`);
if (surprises.length > 0) console.log(`not as the lists say: ${surprises.join("; ")}`);
process.exitCode = surprises.length > 0 ? 1 : 0;

function readKnown(name) {
  const url = new URL(name, import.meta.url);
  return existsSync(url) ? JSON.parse(readFileSync(url, "utf8")) : {};
}

async function runOnNode() {
  const { Sandbox } = await import("../../packages/sandbox/dist/index.js");
  const box = await Sandbox.create({ engine: values.engine, registry: values.registry });
  for (const program of programs) compare(program, await runInBox(box, program.code));
  await box.close();
}

function compare({ name, code }, actual) {
  const expected = runNative(code);
  const parts = Object.keys(expected).filter(
    (key) => JSON.stringify(expected[key]) !== JSON.stringify(actual[key]),
  );
  if (parts.length === 0 ? name in known : !(name in known)) surprises.push(name);
  if (parts.length === 0) return;
  failed.push(name);
  console.log(`DIFFERS ${name}: ${parts.join(", ")}${name in known ? ` (known: ${known[name]})` : ""}`);
  if (values.verbose)
    for (const part of parts)
      console.log(`  expected ${JSON.stringify(expected[part])}\n  got      ${JSON.stringify(actual[part])}`);
}
