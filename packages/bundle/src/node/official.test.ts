import { fileURLToPath } from "node:url";
import { build } from "esbuild";
import { describe, expect, it } from "vitest";
import { LIMITS } from "../limits.ts";
import { OFFICIAL } from "../official.ts";
import { paths } from "../source.ts";
import { verifyRoot } from "../verify-root.ts";
import { folderSource } from "./folder-source.ts";
import { openFolderRegistry } from "./open.ts";
import { platform } from "./testing/fixture.ts";

const folder = fileURLToPath(new URL("../../../../registry", import.meta.url));

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

  it("asks for the least: who only reads cannot write, spawn or fetch", () => {
    const commands = openFolderRegistry(folder).commands();
    for (const name of ["cat", "head", "wc"])
      expect([...commands.get(name)!.capabilities]).toEqual(["fs.read"]);
    for (const [name, { capabilities }] of commands)
      if (!/^(curl|wget|shadowbox-fetch|pip3?|python[\d.]*)$/.test(name))
        expect(capabilities.has("net"), name).toBe(false);
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
