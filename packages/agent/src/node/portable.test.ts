import { fileURLToPath } from "node:url";
import { build } from "esbuild";
import { expect, it } from "vitest";

it("bundles for a browser: none of the portable entries needs a module of Node", async () => {
  const contents = ["", "/models", "/mcp"]
    .map((entry) => `export * from "@shadowbox/agent${entry}";`)
    .join("");
  const { outputFiles } = await build({
    stdin: { contents, resolveDir: fileURLToPath(new URL("../../../demo-node", import.meta.url)) },
    ...{ bundle: true, write: false, platform: "browser", format: "esm", logLevel: "silent" },
    conditions: ["shadowbox-source"],
    external: ["@shadowbox/sandbox"],
  });
  const imported = outputFiles[0]!.text.match(/(?<=^import .* from ").*(?=";$)/gm);
  expect([...new Set(imported)]).toEqual(["@shadowbox/sandbox"]);
});
