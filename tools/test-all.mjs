// Runs every gate, every test and every conformance suite, and ends with one line `N passed, N failed`: the README's test
// command. `--quick` leaves the conformance suites out (`pnpm check`).
import { spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

const quick = process.argv.includes("--quick");
const work = mkdtempSync(join(tmpdir(), "shadowbox-tests-"));
const started = performance.now();
let passed = 0;
let failed = 0;

function run(name, command, args) {
  console.log(`\n== ${name}`);
  const from = performance.now();
  const { status, error } = spawnSync(command, args, { stdio: "inherit" });
  console.log(
    `== ${name}: ${status === 0 ? "ok" : `failed (${error?.message ?? `exit ${status}`})`}, ${since(from)}`,
  );
  return status === 0;
}

function since(from) {
  return `${((performance.now() - from) / 1000).toFixed(1)} s`;
}

function gate(name, command, args) {
  if (run(name, command, args)) passed++;
  else failed++;
}

/** Counts from the JSON that a step left; a step that left none failed as a whole. */
function count(name, file, read, ok) {
  if (!existsSync(file)) {
    console.log(`== ${name}: ended before it could report`);
    failed++;
    return;
  }
  const counts = read(JSON.parse(readFileSync(file, "utf8")));
  passed += counts.passed;
  failed += counts.failed;
  if (!ok && counts.failed === 0) failed++;
}

function unitTests() {
  const report = join(work, "vitest.json");
  const args = ["run", "--reporter=default", "--reporter=json", `--outputFile.json=${report}`, "--coverage"];
  const ok = run("tests", "node_modules/.bin/vitest", args);
  const read = ({ numPassedTests, numFailedTests }) => ({ passed: numPassedTests, failed: numFailedTests });
  count("tests", report, read, ok);
}

function conformance(name, options) {
  const counts = join(work, `${name}.json`);
  const ok = run(name, "node", ["conformance/run.mjs", "--all", "--counts", counts, ...options]);
  count(name, counts, ({ passed, unexpected }) => ({ passed, failed: unexpected }), ok);
}

gate("lint", "node_modules/.bin/biome", ["check", "."]);
gate("layers", "node", ["tools/check-layers.mjs"]);
gate("sizes", "node", ["tools/check-sizes.mjs"]);
gate("API docs", "node", ["tools/api-docs.mjs", "--check"]);
gate("types", "node_modules/.bin/tsc", ["-b"]);
gate("build", "node", ["tools/build.mjs"]);
gate("site", "node_modules/.bin/vite", [
  "build",
  "--logLevel",
  "warn",
  "--config",
  "packages/demo-web/vite.config.js",
]);
unitTests();
if (!quick) {
  gate("curl beside Debian's", "node", ["conformance/curl/run.mjs"]);
  gate("Python programs beside Debian's", "node", ["conformance/python/run.mjs"]);
  gate("Python packages beside Debian's", "node", ["conformance/python/packages.mjs"]);
  for (const [engine, topic] of [
    ["wasmtime", "data:"],
    ["chromium", "text:"],
  ])
    gate(`Python programs on ${engine}`, "node", [
      "conformance/python/run.mjs",
      ...["--engine", engine, "--grep", topic],
    ]);
  conformance("conformance", []);
  // The same lists hold in a browser: both run the same code.
  conformance("conformance in Chromium", ["--engine", "chromium", "--sample", "8"]);
}
rmSync(work, { recursive: true, force: true });
console.log(`\nin ${since(started)}`);
console.log(`${passed} passed, ${failed} failed`);
process.exit(failed === 0 ? 0 : 1);
