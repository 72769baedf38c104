import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { BundleRecipe } from "../publish/recipe.ts";
import type { TrustRoot } from "../trust.ts";
import { keepBrought } from "./brought.ts";
import { createRegistry } from "./create.ts";
import { openFolderRegistry } from "./open.ts";
import { publish } from "./publish.ts";
import { codeOf, DATES, keys } from "./testing/fixture.ts";
import { program } from "./testing/wasm.ts";

const trust: TrustRoot = { name: "test", version: 1, keys: [keys.root.publicKey], threshold: 1 };
const MODULE = program("wasi_snapshot_preview1");
const LIBRARY = Buffer.from("the library");
const recipe: BundleRecipe = {
  name: "big",
  version: "1.0.0",
  description: "d",
  licence: "MIT",
  modules: [
    {
      module: "big",
      crate: "big 1",
      commands: [{ name: "big", argv0: "big", capabilities: ["fs.read"] }],
    },
  ],
  files: [{ file: "big.tar", path: "/usr/local/lib" }],
  needs: ["exceptions"],
  wheel: { project: "big", version: "1", file: "big-1.whl", sha256: "0".repeat(64), size: 9 },
};

let top: string;
let folder: string;
beforeEach(() => {
  top = mkdtempSync(join(tmpdir(), "shadowbox-brought-"));
  folder = join(top, "registry");
  mkdirSync(join(top, "built/big"), { recursive: true });
  writeFileSync(join(top, "built/big/big.wasm"), MODULE);
  writeFileSync(join(top, "built/big/big.tar"), LIBRARY);
  const targets = { keys: [keys.targets.publicKey], threshold: 1 };
  createRegistry({ folder, trust, rootSigners: [keys.root], targets, ...DATES });
  const signers = [keys.targets];
  publish({ folder, trust, signers, recipes: [recipe], binaries: join(top, "built"), ...DATES });
});
afterEach(() => rmSync(top, { recursive: true }));

const open = () => openFolderRegistry(folder, { trust, broughtDir: join(top, "brought") });
const made = () =>
  new Map<string, Uint8Array>([
    ["big.wasm", MODULE],
    ["big.tar", LIBRARY],
  ]);
const bring = (assets: Map<string, Uint8Array>) =>
  keepBrought(join(top, "brought"), open().bundles().get("big")!, assets);

describe("an optional bundle", () => {
  it("is announced, and is not in the registry's folder", () => {
    const registry = open();
    expect([...registry.absent()]).toEqual(["big"]);
    expect(registry.bundles().get("big")).toMatchObject({ needs: ["exceptions"], wheel: recipe.wheel });
    expect([registry.commands().size, registry.files().size, registry.assets().size]).toEqual([0, 0, 0]);
    expect(readdirSync(folder)).not.toContain("assets");
  });

  it("has commands and files once it is brought, verified at each load", () => {
    bring(made());
    const registry = open();
    const command = registry.commands().get("big")!;
    expect([registry.absent().size, command.needs, registry.files().size]).toEqual([0, ["exceptions"], 1]);
    expect([...registry.loadModuleSync(command.module)]).toEqual([...MODULE]);
    const file = join(top, "brought", `${command.module}.wasm`);
    const bytes = readFileSync(file);
    writeFileSync(file, bytes.fill(1, 60));
    expect(codeOf(() => registry.loadModuleSync(command.module))).toBe("not-found");
  });

  it("keeps nothing when one asset is another than its manifest names", () => {
    const other = made().set("big.tar", Buffer.from("an library!"));
    expect(codeOf(() => bring(other))).toBe("asset-digest");
    expect(codeOf(() => bring(new Map([["big.wasm", MODULE]])))).toBe("not-found");
    expect([...open().absent()]).toEqual(["big"]);
  });

  it("has no commands for who opens the registry without a place for such bundles", () => {
    bring(made());
    expect([...openFolderRegistry(folder, { trust }).absent()]).toEqual(["big"]);
  });
});
