#!/usr/bin/env node
// The `shadowbox` command. In a checkout it builds itself first when it was not built, or its sources are newer. No module: Node's loader
// of those takes 10 ms to start.
"use strict";
const { existsSync, readdirSync, statSync } = require("node:fs");
const { join } = require("node:path");

const main = join(__dirname, "../dist/main.cjs");
const packages = join(__dirname, "../..");

function newest(folder) {
  let time = 0;
  for (const entry of readdirSync(folder, { withFileTypes: true })) {
    const path = join(folder, entry.name);
    time = Math.max(time, entry.isDirectory() ? newest(path) : statSync(path).mtimeMs);
  }
  return time;
}

function isStale() {
  if (!existsSync(main)) return true;
  if (!existsSync(join(packages, "vfs/src")) || process.env.SHADOWBOX_NO_BUILD) return false;
  const built = statSync(main).mtimeMs;
  return readdirSync(packages).some((name) => {
    const src = join(packages, name, "src");
    return existsSync(src) && newest(src) > built;
  });
}

if (isStale()) {
  process.stderr.write("building shadowbox …\n");
  const { execFileSync } = require("node:child_process");
  execFileSync(process.execPath, [join(packages, "../tools/build.mjs")], {
    cwd: join(packages, ".."),
    stdio: "inherit",
  });
}

async function run(args) {
  if (args[0] === "exec") require("../dist/ahead.cjs");
  return (await require("../dist/box.cjs").run(args)) ?? (await require(main).run(args));
}

run(process.argv.slice(2)).then((status) => {
  process.exitCode = status;
});
