import canonicalize from "canonicalize";
import { describe, expect, it } from "vitest";
import { DOCUMENTS } from "./node/testing/cases/case.ts";
import { codeOf, type Fixture, fixture, mapSource, platform, sealText } from "./node/testing/fixture.ts";
import { asBytes, asText, mutate, seeded, textIn } from "./node/testing/fuzz.ts";
import { openRegistrySync } from "./registry.ts";
import { paths } from "./source.ts";

/** More with `FUZZ=1000000 pnpm exec vitest run packages/bundle/src/fuzz.test.ts`. */
const COUNT = Number(process.env.FUZZ ?? 10_000);
const PATHS = Object.values(DOCUMENTS);

function open(it: Fixture): void {
  const registry = openRegistrySync(it.source, it.trust, platform);
  for (const { module } of registry.commands().values()) registry.loadModuleSync(module);
}

const base = fixture();
/** A copy with another file in it. */
function bent(path: string, bytes: Uint8Array): Fixture {
  const files = new Map(base.files).set(path, bytes);
  return { ...base, files, source: mapSource(files) };
}

describe("random changes", () => {
  it("without a key are refused, whatever they are", { timeout: COUNT * 20 }, () => {
    const random = seeded(1);
    for (let i = 0; i < COUNT / 2; i++) {
      const path = PATHS[random(PATHS.length)]!;
      const before = asText(base.files.get(path)!);
      const after = mutate(before, asText(base.files.get(PATHS[random(PATHS.length)]!)!), random);
      const bytes = asBytes(after);
      if (after === before) continue;
      expect(
        codeOf(() => open(bent(path, bytes))),
        `case ${i}: ${path}`,
      ).not.toBe("accepted");
    }
  });

  it("by a key holder are refused or are canonical JSON to the library too", { timeout: COUNT * 20 }, () => {
    const random = seeded(2);
    let accepted = 0;
    for (let i = 0; i < COUNT / 2; i++) {
      const path = PATHS[random(PATHS.length)]!;
      const other = textIn(base.files.get(PATHS[random(PATHS.length)]!)!);
      const text = mutate(textIn(base.files.get(path)!), other, random);
      const it = bent(path, base.files.get(path)!);
      sealText(it, path, text);
      if (codeOf(() => open(it)) !== "accepted") continue;
      accepted++;
      const written = textIn(it.files.get(path)!);
      expect(canonicalize(JSON.parse(written)), `case ${i}: ${path}`).toBe(written);
    }
    expect(accepted).toBeLessThan(COUNT / 10);
  });
});

describe("every byte", () => {
  it("of every signed file and asset counts: a flipped bit is refused", { timeout: 60_000 }, () => {
    const random = seeded(3);
    const registry = openRegistrySync(base.source, base.trust, platform);
    const modules = new Set([...registry.commands().values()].map(({ module }) => paths.asset(module)));
    const manifests = [...registry.bundles().values()].map((it) => paths.manifest(it.name, it.version));
    for (const path of [paths.root, paths.index, ...manifests, ...modules]) {
      const bytes = base.files.get(path)!;
      for (const at of bytes.keys()) {
        const flipped = bytes.with(at, bytes[at]! ^ (1 << random(8)));
        expect(
          codeOf(() => open(bent(path, flipped))),
          `${path} byte ${at}`,
        ).not.toBe("accepted");
      }
    }
  });
});
