// `node build.mjs [vite|webpack|esbuild]…`: the page, bundled by each into dist/NAME, with nothing set that the bundler does not need anyway.
import { cpSync, mkdirSync } from "node:fs";
import { fileURLToPath } from "node:url";

const at = (path) => fileURLToPath(new URL(path, import.meta.url));

const bundlers = {
  async vite(outDir) {
    const { build } = await import("vite");
    await build({
      root: at("."),
      logLevel: "error",
      build: { outDir, target: "es2022" },
      worker: { format: "es" },
    });
  },
  async webpack(outDir) {
    const { default: webpack } = await import("webpack");
    const compiler = webpack({
      context: at("."),
      entry: "./main.js",
      mode: "production",
      output: { path: outDir, filename: "main.js" },
      performance: { hints: false },
      // The sandbox comes minified.
      optimization: { minimize: false },
    });
    const stats = await new Promise((done, fail) =>
      compiler.run((error, result) => (error ? fail(error) : done(result))),
    );
    if (stats.hasErrors()) throw new Error(stats.toString({ errors: true, all: false }));
    cpSync(at("index.html"), `${outDir}/index.html`);
  },
  async esbuild(outdir) {
    const { build } = await import("esbuild");
    await build({ absWorkingDir: at("."), entryPoints: ["main.js"], bundle: true, format: "esm", outdir });
    // esbuild does not look for workers: they are copied beside the bundle.
    const workers = fileURLToPath(new URL(".", import.meta.resolve("@shadowbox/sandbox/browser")));
    for (const name of ["process-worker.js", "shell-worker.js"]) cpSync(workers + name, `${outdir}/${name}`);
    cpSync(at("index.html"), `${outdir}/index.html`);
  },
};

const wanted = process.argv.slice(2);
for (const name of wanted.length > 0 ? wanted : Object.keys(bundlers)) {
  mkdirSync(at(`dist/${name}`), { recursive: true });
  await bundlers[name](at(`dist/${name}`));
}
