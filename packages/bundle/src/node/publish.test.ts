import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { parseRecipes } from "../publish/recipe.ts";
import { paths } from "../source.ts";
import type { TrustRoot } from "../trust.ts";
import { createRegistry } from "./create.ts";
import { openFolderRegistry } from "./open.ts";
import { type Publication, publish } from "./publish.ts";
import { codeOf, DATES, keys, mapSource, resign, sha256 } from "./testing/fixture.ts";
import { program } from "./testing/wasm.ts";

const trust: TrustRoot = { name: "test", version: 1, keys: [keys.root.publicKey], threshold: 1 };
const recipes = (version: string) =>
  parseRecipes(`{"bundles":[{"name":"core","version":"${version}","description":"d","licence":"MIT","modules":[
    {"module":"cat","crate":"uu_cat 0.12","commands":[{"name":"cat","argv0":"cat","capabilities":["fs.read"]}]}]}]}`);

let top: string;
let publication: Publication;
beforeEach(() => {
  top = mkdtempSync(join(tmpdir(), "shadowbox-publish-"));
  mkdirSync(join(top, "built/core"), { recursive: true });
  writeFileSync(join(top, "built/core/cat.wasm"), program("wasi_snapshot_preview1"));
  publication = prepare("registry");
});
afterEach(() => rmSync(top, { recursive: true }));

function prepare(name: string): Publication {
  const folder = join(top, name);
  const targets = { keys: [keys.targets.publicKey], threshold: 1 };
  createRegistry({ folder, trust, rootSigners: [keys.root], targets, ...DATES });
  const binaries = join(top, "built");
  return { folder, trust, signers: [keys.targets], recipes: recipes("1.0.0"), binaries, ...DATES };
}

const bytesOf = (folder: string) =>
  readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .sort()
    .map((file) => [file.slice(folder.length), sha256(readFileSync(file))]);

describe("publish", () => {
  it("makes a registry that opens, and whose modules are the ones given", () => {
    expect(publish(publication)).toMatchObject({ index: 1, added: ["core 1.0.0"], removedFiles: 0 });
    const registry = openFolderRegistry(publication.folder, { trust, cacheDir: join(top, "cache") });
    const { module } = registry.commands().get("cat")!;
    expect([...registry.loadModuleSync(module)]).toEqual([...program("wasi_snapshot_preview1")]);
    expect(readdirSync(join(top, "cache"), { recursive: true })).toContain(
      `${module.slice(0, 2)}/${module}.wasm`,
    );
  });

  it("makes the same bytes of the same input", () => {
    const other = prepare("other");
    publish(publication);
    publish(other);
    expect(bytesOf(other.folder)).toEqual(bytesOf(publication.folder));
  });

  it("changes nothing when nothing changed, even on another day", () => {
    publish(publication);
    const before = bytesOf(publication.folder);
    expect(publish({ ...publication, created: "2026-02-02T00:00:00Z" })).toMatchObject({
      index: 1,
      unchanged: ["core 1.0.0"],
    });
    expect(bytesOf(publication.folder)).toEqual(before);
    expect(publish({ ...publication, refresh: true }).index).toBe(2);
  });

  it("refuses another content under a published version, unless told to replace it", () => {
    publish(publication);
    writeFileSync(join(top, "built/core/cat.wasm"), program("wasi_snapshot_preview1", "fd_read"));
    expect(codeOf(() => publish(publication))).toBe("invalid");
    expect(publish({ ...publication, replace: true })).toMatchObject({ index: 2, removedFiles: 1 });
    expect(publish({ ...publication, recipes: recipes("1.0.1") })).toMatchObject({ index: 3 });
    expect(openFolderRegistry(publication.folder, { trust }).bundles().get("core")!.version).toBe("1.0.1");
  });

  it("lays what a bundle was made of beside it, and removes what none is made of any more", () => {
    const made = (from: string) => ({ recipe: "make", toolchain: "cc 1", sources: { cat: from } });
    const of = (from: string) => recipes("1.0.0").map((recipe) => ({ ...recipe, origin: made(from) }));
    publish({ ...publication, recipes: of("uu_cat 0.12") });
    expect(codeOf(() => publish({ ...publication, recipes: of("uu_cat 0.13") }))).toBe("invalid");
    const again = publish({ ...publication, recipes: of("uu_cat 0.13"), replace: true });
    expect(again).toMatchObject({ index: 2, removedFiles: 1 });
    const registry = openFolderRegistry(publication.folder, { trust });
    expect(registry.originSync("core")).toEqual(made("uu_cat 0.13"));
    expect(readdirSync(join(publication.folder, "origins"))).toHaveLength(1);
    expect(codeOf(() => publish({ ...publication, recipes: of("a\u202eb"), replace: true }))).toBe("schema");
  });

  it("takes the place of a manifest in the format before only when it is told to", () => {
    publish(publication);
    const { core } = openFolderRegistry(publication.folder, { trust }).index.bundles;
    const files = new Map(
      bytesOf(publication.folder).map(([path]) => [
        path!.slice(1),
        readFileSync(join(publication.folder, path!)),
      ]),
    );
    const manifest = paths.manifest("core", core!.latest);
    resign({ files, trust, source: mapSource(files) }, manifest, (document) => {
      document.format = 1;
    });
    for (const path of [manifest, paths.index])
      writeFileSync(join(publication.folder, path), files.get(path)!);
    expect(codeOf(() => openFolderRegistry(publication.folder, { trust }))).toBe("format");
    expect(codeOf(() => publish(publication))).toBe("invalid");
    expect(publish({ ...publication, replace: true })).toMatchObject({ added: ["core 1.0.0"] });
  });

  it("refuses a module with other imports than WASI's, or that is no program", () => {
    const put = (bytes: Uint8Array) => writeFileSync(join(top, "built/core/cat.wasm"), bytes);
    put(program("env"));
    expect(codeOf(() => publish(publication))).toBe("wasm-import");
    put(Uint8Array.of(0, 0x61, 0x73, 0x6d, 1, 0, 0, 0));
    expect(codeOf(() => publish(publication))).toBe("wasm-import");
    put(Uint8Array.of(1, 2, 3));
    expect(codeOf(() => publish(publication))).toBe("wasm-import");
  });

  it("refuses a key that may not sign, and leaves no index", () => {
    expect(codeOf(() => publish({ ...publication, signers: [keys.stranger] }))).toBe("key-unknown");
    expect(codeOf(() => publish({ ...publication, signers: [] }))).toBe("threshold");
    expect(readdirSync(publication.folder)).not.toContain("index.json");
  });
});

describe("parseRecipes", () => {
  it.each([
    ["an unknown field", "schema", '{"bundles":[],"x":1}'],
    [
      "an unknown capability",
      "schema",
      JSON.stringify({ bundles: recipes("1.0.0") }).replace("fs.read", "root"),
    ],
    [
      "a name that is a path",
      "path",
      JSON.stringify({ bundles: recipes("1.0.0") }).replace('"core"', '"../core"'),
    ],
  ])("refuses %s: %s", (_what, code, json) => {
    expect(codeOf(() => parseRecipes(json))).toBe(code);
  });
});
