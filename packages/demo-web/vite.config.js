import { cpSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { defineConfig } from "vite";

const at = (path) => fileURLToPath(new URL(path, import.meta.url));

/** The official registry lies beside the pages. */
const registry = {
  name: "registry",
  writeBundle: ({ dir }) => cpSync(at("../../registry"), `${dir}/registry`, { recursive: true }),
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
  plugins: [registry],
});
