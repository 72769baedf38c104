import { describe, expect, it } from "vitest";
import type { Index, Manifest, Root } from "./formats.ts";
import { codeOf, documentIn, fixture, platform } from "./node/testing/fixture.ts";
import { openRegistrySync } from "./registry.ts";
import { paths } from "./source.ts";
import { verifyIndex } from "./verify-index.ts";
import type { VerifiedManifest } from "./verify-manifest.ts";
import { verifyManifest } from "./verify-manifest.ts";

describe("the types", () => {
  const { files, source, trust } = fixture();
  const { root, index } = openRegistrySync(source, trust, platform);
  const bytes = files.get(paths.manifest("core", "1.0.0"))!;
  const wanted = { name: "core", version: "1.0.0" };

  it("take a verified root, index and manifest only", () => {
    const plainRoot: Root = documentIn(files.get(paths.root)!);
    const plainIndex: Index = documentIn(files.get(paths.index)!);
    const plain: Manifest = documentIn(bytes);
    const run = (manifest: VerifiedManifest) => manifest.name;
    const mistakes = [
      // @ts-expect-error a root that was only parsed
      () => verifyIndex(files.get(paths.index)!, plainRoot, platform),
      // @ts-expect-error an index that was only parsed
      () => verifyManifest(bytes, wanted, { root, index: plainIndex }, platform),
      // @ts-expect-error a manifest that was only parsed
      () => run(plain),
    ];
    expect(mistakes).toHaveLength(3);
    expect(run(verifyManifest(bytes, wanted, { root, index }, platform))).toBe("core");
  });

  it("are backed by checks: inherited names are not bundles", () => {
    for (const name of ["constructor", "__proto__", "toString"])
      expect(codeOf(() => verifyManifest(bytes, { name, version: "1.0.0" }, { root, index }, platform))).toBe(
        "not-found",
      );
  });
});
