// Runs every gate and every test, and ends with one line `N passed, N failed`: the README's test command.
import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

const work = mkdtempSync(join(tmpdir(), "shadowbox-tests-"));
let passed = 0;
let failed = 0;

function gate(name, command, args) {
  console.log(`\n== ${name}`);
  const { status } = spawnSync(command, args, { stdio: "inherit" });
  if (status === 0) passed++;
  else {
    failed++;
    console.log(`== ${name}: failed (exit ${status})`);
  }
}

function unitTests() {
  console.log("\n== tests");
  const report = join(work, "vitest.json");
  const args = [
    "vitest",
    "run",
    "--reporter=default",
    "--reporter=json",
    `--outputFile=${report}`,
    "--coverage",
  ];
  const { status } = spawnSync("npx", args, { stdio: "inherit" });
  const result = JSON.parse(readFileSync(report, "utf8"));
  passed += result.numPassedTests;
  failed += result.numFailedTests;
  if (status !== 0 && result.numFailedTests === 0) failed++;
}

gate("lint", "npx", ["biome", "check", "."]);
gate("layers", "node", ["tools/check-layers.mjs"]);
gate("sizes", "node", ["tools/check-sizes.mjs"]);
gate("types", "npx", ["tsc", "-b"]);
gate("build", "node", ["tools/build.mjs"]);
unitTests();
rmSync(work, { recursive: true, force: true });
console.log(`\n${passed} passed, ${failed} failed`);
process.exit(failed === 0 ? 0 : 1);
