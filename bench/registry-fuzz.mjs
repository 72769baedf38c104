// Mutated roots, indexes, manifests, origins and packed assets, opened as a user would: node bench/registry-fuzz.mjs [--cases N] [--seed S].
// Three tenths are changed by somebody without a key, half by a key holder (their text, or values), a tenth are origins, a tenth assets. Ends with
// status 1 when one is accepted that must not be, and when the process grows by more than 64 MB, V8's uncollected garbage included. What is
// still held after a collection is told too.
import { spawnSync } from "node:child_process";
import { setImmediate } from "node:timers/promises";
import { parseArgs } from "node:util";
import { loadSource } from "../tools/load-source.mjs";

if (process.execArgv.length === 0) {
  const args = ["--expose-gc", ...process.argv.slice(1)];
  process.exit(spawnSync(process.execPath, args, { stdio: "inherit" }).status ?? 1);
}
const { values } = parseArgs({
  options: { cases: { type: "string", default: "1000000" }, seed: { type: "string", default: "1" } },
});
const { fuzzWithoutKey, fuzzByKeyHolder, fuzzValues, fuzzOrigins, fuzzAssets } = await loadSource(
  "packages/bundle/src/node/testing/fuzz-run.ts",
);
const MOST = 64_000_000;
/** Cases of one seed. */
const SLICE = 500;
const cases = Number(values.cases);

const mb = (bytes) => (bytes / 1e6).toFixed(1);
const held = () => {
  gc();
  const { heapUsed, external } = process.memoryUsage();
  return heapUsed + external;
};
const [startHeld, start] = [held(), process.memoryUsage().rss];
let [done, growth, most, slowest, last] = [0, 0, 0, 0, performance.now()];
const each = () => {
  const now = performance.now();
  slowest = Math.max(slowest, now - last);
  if (++done % 500 === 0) growth = Math.max(growth, process.memoryUsage().rss - start);
  if (done % 10_000 === 0) {
    most = Math.max(most, held() - startHeld);
    process.stderr.write(`\r${done} cases, ${mb(growth)} MB`);
  }
  last = performance.now();
};
let accepted = 0;
for (const [fuzz, share] of [
  [fuzzWithoutKey, 0.3],
  [fuzzByKeyHolder, 0.2],
  [fuzzValues, 0.3],
  [fuzzOrigins, 0.1],
  [fuzzAssets, 0.1],
])
  for (let from = 0; from < cases * share; from += SLICE) {
    accepted += fuzz(Math.min(SLICE, cases * share - from), Number(values.seed) * 1_000_003 + from, each);
    // As in any program: what Node puts off until the stack is empty (closing a stream that met bad data) is done.
    await setImmediate();
  }
process.stderr.write("\n");
console.log(
  `${done} cases: none accepted without a key, ${accepted} sound ones of the key holder's; the process grew by ${mb(growth)} MB at most, from ${mb(start)}, and ${mb(most)} MB more than at the start were held after a collection; the slowest case took ${slowest.toFixed(0)} ms`,
);
process.exitCode = growth > MOST ? 1 : 0;
