import { describe, expect, it } from "vitest";
import { codeOf, fixture, keys, platform } from "./node/testing/fixture.ts";
import { openRegistrySync } from "./registry.ts";
import { parseRegistries, parseSeen, writeSeen } from "./settings.ts";

const team = {
  ...{ name: "team", version: 1, keys: [keys.root.publicKey], threshold: 1 },
  ...{ address: "https://tools.example/registry/", kind: "team" },
};
const file = (...registries: object[]) => JSON.stringify({ registries, format: 1 });

describe("parseRegistries", () => {
  it("reads the registries that a user added", () => {
    expect(parseRegistries(file(team)).registries).toEqual([team]);
  });

  it.each([
    ["without keys", { ...team, keys: [] }, "invalid"],
    ["with a threshold of zero", { ...team, threshold: 0 }, "invalid"],
    ["with a switch to trust it anyway", { ...team, insecure: true }, "invalid"],
    ["with a script for an address", { ...team, address: "javascript:alert(1)" }, "invalid"],
    ["that calls itself official", { ...team, name: "official" }, "confusable"],
    ["that looks official", { ...team, name: "officia1" }, "confusable"],
  ])("refuses one %s", (_what, registry, code) => {
    expect(codeOf(() => parseRegistries(file(registry)))).toBe(code);
  });

  it("refuses one name twice, and what is no list", () => {
    expect(codeOf(() => parseRegistries(file(team, team)))).toBe("confusable");
    expect(codeOf(() => parseRegistries("{"))).toBe("invalid");
  });
});

describe("parseSeen", () => {
  it("brings back what a registry was seen as", () => {
    const { source, trust } = fixture();
    const { seen } = openRegistrySync(source, trust, platform);
    const kept = parseSeen(writeSeen({ test: seen }));
    expect(kept).toEqual({ test: seen });
    expect(codeOf(() => openRegistrySync(source, trust, platform, { seen: kept.test! }))).toBe("accepted");
    expect(codeOf(() => parseSeen('{"format":1,"seen":{"test":{"index":0,"root":1}}}'))).toBe("invalid");
  });
});
