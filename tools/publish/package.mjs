// Node 20 does not run TypeScript: bundles packages/bundle for tools, and loads it.
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { build } from "esbuild";

/** Everything that @shadowbox/bundle and @shadowbox/bundle/node export. */
export async function loadBundlePackage(top) {
  const outfile = join(top, "packages/bundle/dist/tools.js");
  await build({
    stdin: {
      contents: 'export * from "./index.ts"; export * from "./node/index.ts";',
      resolveDir: join(top, "packages/bundle/src"),
      loader: "ts",
    },
    bundle: true,
    format: "esm",
    platform: "node",
    target: "node20",
    logLevel: "warning",
    outfile,
  });
  return import(pathToFileURL(outfile).href);
}
