import { describe, expect, it } from "vitest";
import { codeOf, fixture, platform } from "./node/testing/fixture.ts";
import { seeded } from "./node/testing/fuzz.ts";
import {
  bent,
  fuzzAssets,
  fuzzByKeyHolder,
  fuzzOrigins,
  fuzzValues,
  fuzzWithoutKey,
  openAll,
} from "./node/testing/fuzz-run.ts";
import { openRegistrySync } from "./registry.ts";
import { paths } from "./source.ts";

/** Many more, and what memory they take: bench/registry-fuzz.mjs. */
const COUNT = 10_000;

describe("random changes", () => {
  it("without a key are refused, whatever they are", { timeout: 120_000 }, () => {
    expect(fuzzWithoutKey(COUNT / 2, 1)).toBe(0);
  });

  it("by a key holder are refused or are canonical JSON to the library too", { timeout: 120_000 }, () => {
    expect(fuzzByKeyHolder(COUNT / 2, 2)).toBeLessThan(COUNT / 10);
  });

  it("of values by a key holder are refused or are sound", { timeout: 120_000 }, () => {
    expect(fuzzValues(COUNT / 4, 4)).toBeLessThan(COUNT / 10);
  });

  it("of origins are refused or are canonical JSON to the library too", { timeout: 120_000 }, () => {
    expect(fuzzOrigins(COUNT / 4, 5)).toBeLessThan(COUNT / 10);
  });

  it("of packed assets are refused", { timeout: 120_000 }, () => {
    expect(fuzzAssets(COUNT / 4, 3)).toBe(0);
  });
});

describe("every byte", () => {
  it("of every signed file, origin and asset counts: three flipped bits of each, one at a time, are refused", {
    timeout: 180_000,
  }, () => {
    const random = seeded(3);
    let flips = 0;
    const base = fixture();
    const registry = openRegistrySync(base.source, base.trust, platform);
    const modules = new Set([...registry.commands().values()].map(({ module }) => paths.asset(module)));
    const documents = [...registry.bundles().values()].flatMap(({ name, version, origin }) => [
      paths.manifest(name, version),
      paths.origin(origin.sha256),
    ]);
    for (const path of [paths.root, paths.index, ...documents, ...modules]) {
      const bytes = base.files.get(path)!;
      for (const at of Array.from({ length: 3 * bytes.length }, (_, i) => i % bytes.length)) {
        const flipped = bytes.with(at, bytes[at]! ^ (1 << random(8)));
        flips++;
        expect(
          codeOf(() => openAll(bent(base, path, flipped))),
          `${path} byte ${at}`,
        ).not.toBe("accepted");
      }
    }
    expect(flips).toBeGreaterThanOrEqual(10_000);
  });
});
