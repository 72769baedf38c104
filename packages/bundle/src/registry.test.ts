import { describe, expect, it } from "vitest";
import {
  addAsset,
  type Bendable,
  codeOf,
  fixture,
  MODULE,
  mapSource,
  NOW,
  platform,
  resign,
  sha256,
} from "./node/testing/fixture.ts";
import { openRegistry, openRegistrySync } from "./registry.ts";
import { paths } from "./source.ts";
import { memoryStore } from "./store.ts";

describe("openRegistry", () => {
  it("gives the commands of the latest versions, both ways alike", async () => {
    const { source, trust } = fixture();
    const registry = openRegistrySync(source, trust, platform);
    expect([...registry.commands().keys()]).toEqual(["cat", "ls", "grep"]);
    const grep = registry.commands().get("grep")!;
    expect(grep).toMatchObject({ bundle: "text", version: "1.1.0", argv0: "grep", registry: "test" });
    expect([...grep.capabilities]).toEqual(["fs.read"]);
    const again = await openRegistry(source, trust, platform);
    expect([...again.commands()]).toEqual([...registry.commands()]);
    expect(again.seen).toEqual(registry.seen);
  });

  it("uses the versions of a lock file, and only those bundles", () => {
    const { source, trust } = fixture();
    const registry = openRegistrySync(source, trust, platform, { versions: { text: "1.0.0" } });
    expect([...registry.bundles().values()].map(({ name, version }) => [name, version])).toEqual([
      ["text", "1.0.0"],
    ]);
    expect(codeOf(() => openRegistrySync(source, trust, platform, { versions: { text: "9.9.9" } }))).toBe(
      "not-found",
    );
  });

  it("goes on with an expired installed copy, and refuses expired news", () => {
    const { source, trust } = fixture();
    const late = Date.parse("2040-01-01");
    expect(openRegistrySync(source, trust, platform).commands().size).toBe(3);
    expect(codeOf(() => openRegistrySync(source, trust, platform, { now: late }))).toBe("root-expired");
    expect(codeOf(() => openRegistrySync(source, trust, platform, { now: NOW }))).toBe("accepted");
  });

  it("offers the files that bundles bring, and refuses two for one place", () => {
    const it = fixture();
    const bring = (manifest: Bendable) =>
      Object.assign(manifest, { files: { "/usr/lib/tool/data": "main.wasm" } });
    resign(it, paths.manifest("core", "1.0.0"), bring);
    const registry = openRegistrySync(it.source, it.trust, platform);
    const file = registry.files().get("/usr/lib/tool/data")!;
    expect(file).toMatchObject({ bundle: "core" });
    expect(registry.loadModuleSync(file.sha256)).toHaveLength(file.size);
    resign(it, paths.manifest("text", "1.1.0"), bring);
    expect(codeOf(() => openRegistrySync(it.source, it.trust, platform))).toBe("command-conflict");
  });

  it("refuses a source without synchronous reading only when it must read so", async () => {
    const { source, trust } = fixture();
    const slow = { name: "slow", read: source.read };
    expect(codeOf(() => openRegistrySync(slow, trust, platform))).toBe("invalid");
    expect((await openRegistry(slow, trust, platform)).commands().size).toBe(3);
  });
});

describe("loadModule", () => {
  it("unpacks, verifies and keeps a module; afterwards the store is enough", async () => {
    const { source, trust, files } = fixture();
    const store = memoryStore();
    const registry = openRegistrySync(source, trust, platform, { store });
    const { module, size } = registry.commands().get("cat")!;
    const bytes = registry.loadModuleSync(module);
    expect([bytes.length, sha256(bytes)]).toEqual([size, module]);
    files.delete(paths.asset(module));
    expect(await registry.loadModule(module)).toEqual(bytes);
  });

  it("throws away a store's damaged copy and takes the source's", () => {
    const { source, trust } = fixture();
    const store = memoryStore();
    const registry = openRegistrySync(source, trust, platform, { store });
    const { module } = registry.commands().get("cat")!;
    store.putSync(module, MODULE);
    expect(sha256(registry.loadModuleSync(module))).toBe(module);
    expect(sha256(store.getSync(module)!)).toBe(module);
  });

  it("loads nothing that no manifest names", () => {
    const { files, trust } = fixture();
    const stray = addAsset(files, Uint8Array.of(1, 2, 3));
    const registry = openRegistrySync(mapSource(files), trust, platform);
    expect(codeOf(() => registry.loadModuleSync(stray.sha256))).toBe("not-found");
  });
});
