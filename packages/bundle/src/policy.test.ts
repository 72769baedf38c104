import { describe, expect, it } from "vitest";
import { codeOf, fixture, platform, resign, sha256 } from "./node/testing/fixture.ts";
import { OFFICIAL } from "./official.ts";
import { toolbox } from "./policy.ts";
import { openRegistrySync, type VerifiedRegistry } from "./registry.ts";
import { paths } from "./source.ts";
import { checkTrustRoot, refuseConfusableRoots, type TrustRoot } from "./trust.ts";

const registry = (): VerifiedRegistry => {
  const { source, trust } = fixture();
  return openRegistrySync(source, trust, platform);
};

describe("toolbox", () => {
  it("has everything without a policy", () => {
    const tools = toolbox([registry()]);
    expect([...tools.commands.keys()]).toEqual(["cat", "ls", "grep"]);
    const { module } = tools.commands.get("cat")!;
    expect(sha256(tools.loadModuleSync(module))).toBe(module);
  });

  it("leaves out denied bundles, says why, and does not load their modules", () => {
    const all = registry();
    const tools = toolbox([all], { deny: ["test/text"] });
    expect(tools.commands.has("grep")).toBe(false);
    expect(tools.refused.get("grep")).toBe('the policy denies bundle "text"');
    expect(codeOf(() => tools.loadModuleSync(all.commands().get("grep")!.module))).toBe("not-found");
    expect([...toolbox([all], { allow: ["text"] }).commands.keys()]).toEqual(["grep"]);
  });

  it("takes denied capabilities from every command", () => {
    const tools = toolbox([registry()], { denyCapabilities: ["clock"] });
    expect([...tools.commands.get("ls")!.capabilities]).toEqual(["fs.read"]);
  });

  it("refuses registries whose bundles share a name", () => {
    expect(codeOf(() => toolbox([registry(), registry()]))).toBe("confusable");
  });

  it("refuses two registries that bring one command", () => {
    const it = fixture();
    resign(it, paths.index, (index) => void delete index.bundles.core);
    const one = openRegistrySync(fixture().source, it.trust, platform, { versions: { core: "1.0.0" } });
    resign(it, paths.manifest("text", "1.1.0"), ({ commands }) =>
      Object.assign(commands, { ls: commands.grep }),
    );
    expect(codeOf(() => toolbox([one, openRegistrySync(it.source, it.trust, platform)]))).toBe(
      "command-conflict",
    );
  });
});

describe("a trust root", () => {
  const key = "a".repeat(64);
  const good: TrustRoot = { name: "team", version: 1, keys: [key], threshold: 1 };

  it("that is sound is taken, the official one too", () => {
    expect(checkTrustRoot(good)).toEqual(good);
    expect(checkTrustRoot(OFFICIAL)).toEqual(OFFICIAL);
  });

  it.each<[string, Partial<TrustRoot>]>([
    ["needs no signature", { threshold: 0 }],
    ["has no keys", { keys: [] }],
    ["has a key twice", { keys: [key, key], threshold: 2 }],
    ["needs more signatures than it has keys", { threshold: 2 }],
    ["has a bad name", { name: "Team" }],
    ["has a bad key", { keys: ["xyz"] }],
  ])("that %s opens nothing", (_what, changes) => {
    const { source } = fixture();
    expect(codeOf(() => openRegistrySync(source, { ...good, ...changes }, platform))).toBe("invalid");
  });

  it("must have a name that cannot be taken for another", () => {
    expect(codeOf(() => refuseConfusableRoots([OFFICIAL, { ...good, name: "officia1" }]))).toBe("confusable");
    expect(codeOf(() => refuseConfusableRoots([OFFICIAL, OFFICIAL]))).toBe("confusable");
    expect(codeOf(() => refuseConfusableRoots([OFFICIAL, good]))).toBe("accepted");
  });
});
