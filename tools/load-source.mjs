// Node 20 does not run TypeScript: bundles sources of this repository for tools and benchmarks, and loads them.
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { build } from "esbuild";

const top = resolve(import.meta.dirname, "..");

/** All that the modules at `paths` (from the top of the repository) export; other packages come from their sources too. */
export async function loadSource(...paths) {
  const folder = mkdtempSync(join(tmpdir(), "shadowbox-source-"));
  const outfile = join(folder, "bundle.mjs");
  try {
    await build({
      stdin: {
        contents: paths.map((path) => `export * from "./${path}";`).join("\n"),
        resolveDir: top,
        loader: "ts",
      },
      outfile,
      bundle: true,
      format: "esm",
      platform: "node",
      target: "node20",
      conditions: ["shadowbox-source"],
      logLevel: "warning",
    });
    return await import(pathToFileURL(outfile).href);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
