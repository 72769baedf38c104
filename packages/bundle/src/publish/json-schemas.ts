import { signaturesShape } from "../envelope.ts";
import { indexShape, manifestShape, originShape, rootShape } from "../formats.ts";
import type { Check, JsonSchema } from "../schema.ts";

/**
 * JSON Schemas (2020-12) of the signed files and of the origins that manifests name, made from the very checks that verification runs. They say less: order of names,
 * canonical form, signatures and the rules between fields are in docs/registry.md.
 */
export function jsonSchemas(): Record<"root" | "index" | "manifest" | "origin", JsonSchema> {
  const head = (title: string) => ({
    $schema: "https://json-schema.org/draft/2020-12/schema",
    title: `Shadowbox registry: ${title}`,
  });
  const file = (title: string, signed: Check): JsonSchema => ({
    ...head(title),
    type: "object",
    required: ["signatures", "signed"],
    properties: { signatures: signaturesShape.schema, signed: signed.schema },
    additionalProperties: false,
  });
  return {
    root: file("root", rootShape),
    index: file("index", indexShape),
    manifest: file("manifest", manifestShape),
    origin: { ...head("origin"), ...originShape.schema },
  };
}
