#!/usr/bin/env node
// The `shadowbox` command. In a checkout it builds itself first when it was not built, or its sources are newer.
import { existsSync, readdirSync, statSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const here = dirname(fileURLToPath(import.meta.url));
const main = join(here, "../dist/main.cjs");
const packages = join(here, "../..");

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
  const { execFileSync } = await import("node:child_process");
  execFileSync(process.execPath, [join(packages, "../tools/build.mjs")], {
    cwd: join(packages, ".."),
    stdio: "inherit",
  });
}
const load = createRequire(import.meta.url);
const args = process.argv.slice(2);
process.exitCode = (await load("../dist/box.cjs").run(args)) ?? (await load(main).run(args));
