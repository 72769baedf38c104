// Runs the corpus: `node conformance/python/run.mjs [--grep TEXT] [--verbose] [--registry DIR]`. Compares with /usr/bin/python3.
import { readFileSync } from "node:fs";
import { parseArgs } from "node:util";
import { checkOracle, loadPrograms, runInBox, runNative } from "./corpus.mjs";

const { values } = parseArgs({
  options: {
    grep: { type: "string", default: "" },
    verbose: { type: "boolean" },
    registry: { type: "string" },
  },
});
const { Sandbox } = await import("../../packages/sandbox/dist/index.js");
checkOracle();
const box = await Sandbox.create({ registry: values.registry });
const known = JSON.parse(readFileSync(new URL("known.json", import.meta.url), "utf8"));
const failed = [];
const surprises = [];
const programs = loadPrograms().filter(({ name }) => name.includes(values.grep));
for (const { name, code } of programs) {
  const expected = runNative(code);
  const actual = await runInBox(box, code);
  const parts = Object.keys(expected).filter(
    (key) => JSON.stringify(expected[key]) !== JSON.stringify(actual[key]),
  );
  if (parts.length === 0 ? name in known : !(name in known)) surprises.push(name);
  if (parts.length === 0) continue;
  failed.push(name);
  console.log(`DIFFERS ${name}: ${parts.join(", ")}${name in known ? ` (known: ${known[name]})` : ""}`);
  if (values.verbose)
    for (const part of parts)
      console.log(`  expected ${JSON.stringify(expected[part])}\n  got      ${JSON.stringify(actual[part])}`);
}
await box.close();
console.log(`${programs.length - failed.length} of ${programs.length} programs as native python3`);
if (surprises.length > 0) console.log(`not as known.json says: ${surprises.join("; ")}`);
process.exitCode = surprises.length > 0 ? 1 : 0;
