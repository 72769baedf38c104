import { fileURLToPath } from "node:url";
import { build } from "esbuild";
import { describe, expect, it, vi } from "vitest";
import { LIMITS } from "../limits.ts";
import { OFFICIAL } from "../official.ts";
import { openRegistrySync } from "../registry.ts";
import { paths } from "../source.ts";
import { verifyStored } from "../verify-asset.ts";
import { verifyRoot } from "../verify-root.ts";
import { folderSource } from "./folder-source.ts";
import { openFolderRegistry } from "./open.ts";
import { codeOf, platform } from "./testing/fixture.ts";
import { seeded } from "./testing/fuzz.ts";

const folder = fileURLToPath(new URL("../../../../registry", import.meta.url));

const isLocked = (source: string) => /sha256:[0-9a-f]{64}$/.test(source);

describe("the official registry", () => {
  it("has a root that the pinned key signed, and its signing key is not the root's", () => {
    const root = verifyRoot(folderSource(folder).readSync(paths.root, LIMITS.rootBytes), OFFICIAL, platform);
    expect(root.roles.targets.keys).not.toEqual(root.roles.root.keys);
  });

  it("verifies to the last byte, and is at most 20 MB", { timeout: 60_000 }, () => {
    const registry = openFolderRegistry(folder);
    for (const sha256 of registry.assets().keys()) registry.loadModuleSync(sha256);
    const stored = [...registry.assets().values()].reduce((sum, asset) => sum + asset.stored.size, 0);
    expect(stored).toBeLessThanOrEqual(20e6);
  });

  it("goes on working past every date in it", () => {
    vi.setSystemTime("2100-01-01");
    const registry = openFolderRegistry(folder);
    vi.useRealTimers();
    expect(Date.parse(registry.root.expires)).toBeLessThan(Date.parse("2100-01-01"));
    expect(registry.commands().has("cat")).toBe(true);
  });

  it("is refused with any bit flipped: 500 of its documents, two of each packed asset", {
    timeout: 120_000,
  }, () => {
    const random = seeded(8);
    const source = folderSource(folder);
    const registry = openFolderRegistry(folder);
    const manifests = [...registry.bundles().values()].map((it) => paths.manifest(it.name, it.version));
    const flip = (bytes: Uint8Array) => {
      const at = random(bytes.length);
      return Buffer.from(bytes).with(at, bytes[at]! ^ (1 << random(8)));
    };
    for (let i = 0; i < 500; i++) {
      const bent = [paths.root, paths.index, ...manifests][i % (manifests.length + 2)]!;
      const readSync = (path: string, limit: number) =>
        path === bent ? flip(source.readSync(path, limit)) : source.readSync(path, limit);
      const flipped = { name: "flipped", readSync, read: async () => new Uint8Array() };
      expect(
        codeOf(() => openRegistrySync(flipped, OFFICIAL, platform)),
        bent,
      ).not.toBe("accepted");
    }
    for (const asset of registry.assets().values()) {
      const packed = source.readSync(paths.asset(asset.sha256), LIMITS.storedBytes);
      for (const bytes of [flip(packed), flip(packed)])
        expect(codeOf(() => verifyStored(bytes, asset, platform))).toBe("asset-digest");
    }
  });

  it("asks for the least: who only reads cannot write, spawn or fetch", () => {
    const commands = openFolderRegistry(folder).commands();
    for (const name of ["cat", "head", "wc"])
      expect([...commands.get(name)!.capabilities]).toEqual(["fs.read"]);
    for (const [name, { capabilities }] of commands)
      if (!/^(curl|wget|shadowbox-fetch|pip3?|python[\d.]*)$/.test(name))
        expect(capabilities.has("net"), name).toBe(false);
  });

  it("says of each asset what it was made of: sources with digests, compilers, flags", () => {
    const registry = openFolderRegistry(folder);
    for (const { name, assets } of registry.bundles().values()) {
      const { sources, toolchain } = registry.originSync(name);
      for (const asset of Object.keys(assets))
        expect(Object.keys(sources), name).toContain(asset.replace(/\.wasm$/, ""));
      const [described, locked] = [
        Object.keys(assets).length,
        Object.values(sources).filter(isLocked).length,
      ];
      expect(locked, name).toBe(Object.keys(sources).length - described);
      // What is made of another project's wheel was not compiled here.
      if (name !== "python-data")
        for (const part of [/zig \d/, / -O\d/, /stack-size=\d/]) expect(toolchain, name).toMatch(part);
    }
  });

  it("starts programs by those commands alone whose work that is", () => {
    const commands = [...openFolderRegistry(folder).commands()];
    const spawning = commands
      .filter(([, { capabilities }]) => capabilities.has("spawn"))
      .map(([name]) => name);
    expect(spawning.sort().join(" ")).toBe(
      "awk dc env fd fdfind find gawk install kill nice nohup pip pip3 pkill python python3 python3.11 split time timeout watch xargs",
    );
  });
});

describe("the package's root", () => {
  it("runs in a browser: nothing of Node is in it", async () => {
    const entry = (path: string) => fileURLToPath(new URL(path, import.meta.url));
    for (const path of ["../index.ts", "../browser/index.ts"]) {
      const { errors } = await build({
        ...{ entryPoints: [entry(path)], bundle: true, write: false, platform: "browser", format: "esm" },
        ...{ target: "es2022", logLevel: "silent" },
      });
      expect(errors).toEqual([]);
    }
  });
});
