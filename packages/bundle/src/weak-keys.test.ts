import { Point } from "@noble/ed25519";
import { describe, expect, it } from "vitest";
import { codeOf, fixture, keyId, keys, platform, resign } from "./node/testing/fixture.ts";
import { openRegistrySync } from "./registry.ts";
import { paths } from "./source.ts";
import { isWeakKey } from "./weak-keys.ts";

const ZEROS = "0".repeat(62);
const WEAK = [
  ...[`00${ZEROS}`, `01${ZEROS}`, `${"0".repeat(62)}80`, `01${"0".repeat(60)}80`],
  ...["26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05"],
  ...["c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a"],
  ...["26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc85"],
  ...["ec", "ed", "ee"].map((first) => `${first}${"f".repeat(60)}7f`),
];

describe("isWeakKey", () => {
  it.each(WEAK)("knows %s, which noble finds of small order", (key) => {
    expect(isWeakKey(key)).toBe(true);
    expect(Point.fromHex(key, true).isSmallOrder()).toBe(true);
  });

  it("leaves real keys alone", () => {
    for (const { publicKey } of Object.values(keys)) expect(isWeakKey(publicKey)).toBe(false);
  });
});

describe("a root with a weak key", () => {
  it("is refused, though its signature would verify", () => {
    const it = fixture();
    const weak = { publicKey: `01${ZEROS}`, sign: () => `01${"0".repeat(126)}` };
    resign(it, paths.root, (root) => {
      root.keys[keyId(weak)] = { type: "ed25519", public: weak.publicKey };
      root.roles.targets.keys = [keyId(weak)];
    });
    resign(it, paths.index, () => {}, [weak]);
    expect(codeOf(() => openRegistrySync(it.source, it.trust, platform))).toBe("schema");
    const trust = { ...it.trust, keys: [weak.publicKey] };
    expect(codeOf(() => openRegistrySync(it.source, trust, platform))).toBe("invalid");
  });
});
