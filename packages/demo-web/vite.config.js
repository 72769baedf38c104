import { cpSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { defineConfig } from "vite";

const at = (path) => fileURLToPath(new URL(path, import.meta.url));

/** The official registry lies beside the pages. */
const registry = {
  name: "registry",
  writeBundle: ({ dir }) => cpSync(at("../../registry"), `${dir}/registry`, { recursive: true }),
};

/** What the service worker keeps at once: all but the registry's programs, which are kept when they are used. */
const siteFiles = {
  name: "site-files",
  writeBundle: ({ dir }) => {
    const files = readdirSync(dir, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry) =>
        join(entry.parentPath, entry.name)
          .slice(dir.length + 1)
          .replaceAll("\\", "/"),
      )
      .filter((name) => !/\.map$|^registry\/(assets|origins|schemas)\/|^isolation\.js$|\/\./.test(name));
    const worker = join(dir, "isolation.js");
    const list = JSON.stringify(["./", ...files.sort()]);
    writeFileSync(worker, readFileSync(worker, "utf8").replace("[] /* the build lists them */", list));
  },
};

/** The app's code is asked for with the page, not only when the entry runs. */
const preloadApp = {
  name: "preload-app",
  transformIndexHtml: {
    order: "post",
    handler: (_, { bundle, chunk }) =>
      (chunk?.dynamicImports ?? []).map((file) => ({
        tag: "link",
        attrs: { rel: "modulepreload", crossorigin: true, href: `./${bundle[file].fileName}` },
        injectTo: "head",
      })),
  },
};

export default defineConfig({
  root: at("."),
  base: "./",
  build: {
    target: "es2023",
    outDir: "dist",
    emptyOutDir: true,
    sourcemap: true,
    modulePreload: { polyfill: false },
    rollupOptions: { input: { app: at("index.html"), conformance: at("conformance.html") } },
  },
  worker: { format: "es" },
  oxc: { jsx: { runtime: "automatic", importSource: "preact" } },
  plugins: [registry, siteFiles, preloadApp],
});
