// The site for tests, built once for all of them: into dist-test/DIGEST, by the digest of what it is built from.
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, statSync } from "node:fs";
import { join, relative } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "vite";

const at = (path) => fileURLToPath(new URL(path, import.meta.url));
const OUT = at("../dist-test");
const SOURCES = [
  ...["../src", "../public", "../index.html", "../conformance.html", "../vite.config.js"],
  ...["../../sandbox/dist/browser", "../../sandbox/dist/script.js"],
  ...["../../../conformance/lib", "../../../registry/index.json"],
];
/** A build that takes longer was killed, milliseconds. */
const STALE_MS = 300_000;
/** Older builds go, milliseconds; younger ones may be in use. */
const KEPT_MS = 3_600_000;

/** The folder of the built site; whoever comes second waits for the first. */
export async function builtSite() {
  const folder = join(OUT, digestOfSources());
  const lock = `${folder}.lock`;
  mkdirSync(OUT, { recursive: true });
  while (!existsSync(folder)) {
    if (!take(lock)) {
      await new Promise((resume) => setTimeout(resume, 200));
      continue;
    }
    try {
      if (!existsSync(folder)) await buildInto(folder);
    } finally {
      rmSync(lock, { recursive: true, force: true });
    }
  }
  return folder;
}

async function buildInto(folder) {
  for (const old of readdirSync(OUT))
    if (Date.now() - statSync(join(OUT, old)).mtimeMs > KEPT_MS)
      rmSync(join(OUT, old), { recursive: true, force: true });
  const outDir = `${folder}.new`;
  await build({ configFile: at("../vite.config.js"), logLevel: "error", build: { outDir } });
  renameSync(outDir, folder);
}

function take(lock) {
  try {
    mkdirSync(lock);
    return true;
  } catch {
    const since = statSync(lock, { throwIfNoEntry: false })?.mtimeMs ?? 0;
    if (since > 0 && Date.now() - since > STALE_MS) rmSync(lock, { recursive: true, force: true });
    return false;
  }
}

function digestOfSources() {
  const hash = createHash("sha256");
  for (const source of SOURCES.map(at))
    for (const path of filesBelow(source)) {
      if (/\.(map|test\.tsx?)$|\/node\//.test(path)) continue;
      hash.update(`${relative(at(".."), path)}\0`).update(readFileSync(path));
    }
  return hash.digest("hex").slice(0, 16);
}

function filesBelow(path) {
  if (!statSync(path).isDirectory()) return [path];
  const entries = readdirSync(path, { recursive: true, withFileTypes: true });
  return entries
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .sort();
}
