// Writes the JSON Schemas of the registry's files, from the checks of packages/bundle: `node tools/publish/schemas.mjs`.
import { mkdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { loadBundlePackage } from "./package.mjs";

const top = join(dirname(fileURLToPath(import.meta.url)), "../..");
const folder = join(top, "registry/schemas");
const { jsonSchemas } = await loadBundlePackage();
mkdirSync(folder, { recursive: true });
for (const [name, schema] of Object.entries(jsonSchemas()))
  writeFileSync(join(folder, `${name}.schema.json`), `${JSON.stringify(schema, undefined, 2)}\n`);
