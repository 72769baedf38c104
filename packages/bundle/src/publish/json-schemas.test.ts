import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { jsonSchemas } from "./json-schemas.ts";

describe("registry/schemas", () => {
  it.each(Object.entries(jsonSchemas()))("%s is what verification checks", (name, schema) => {
    const file = new URL(`../../../../registry/schemas/${name}.schema.json`, import.meta.url);
    expect(JSON.parse(readFileSync(file, "utf8")), "run node tools/publish/schemas.mjs").toEqual(
      JSON.parse(JSON.stringify(schema)),
    );
  });
});
