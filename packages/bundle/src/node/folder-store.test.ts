import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdirSync, mkdtempSync, readdirSync, rmSync, utimesSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { build } from "esbuild";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { folderStore } from "./folder-store.ts";
import { collectGarbage } from "./gc.ts";
import { sha256 } from "./testing/fixture.ts";

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "shadowbox-store-"));
});
afterEach(() => rmSync(folder, { recursive: true }));

/** Keeps `size` bytes and makes them `age` seconds old. */
function put(size: number, age: number): string {
  const bytes = Buffer.alloc(size, age);
  const digest = sha256(bytes);
  folderStore(folder).putSync(digest, bytes);
  const time = Date.now() / 1000 - age;
  utimesSync(join(folder, digest.slice(0, 2), `${digest}.wasm`), time, time);
  return digest;
}

describe("folderStore", () => {
  it("gives back what it kept, and nothing else", () => {
    const digest = put(100, 1);
    expect(folderStore(folder).getSync(digest)).toHaveLength(100);
    expect(folderStore(folder).getSync("0".repeat(64))).toBeUndefined();
  });

  it("keeps nothing, and says nothing, where it cannot write", () => {
    const file = join(folder, "file");
    writeFileSync(file, "");
    const store = folderStore(file);
    store.putSync("0".repeat(64), new Uint8Array(1));
    expect(store.getSync("0".repeat(64))).toBeUndefined();
  });

  it("makes room for what is new: the oldest go", () => {
    const [old, newer] = [put(1000, 9), put(1000, 5)];
    const store = folderStore(folder, { maxBytes: 2500 });
    const bytes = Buffer.alloc(1000, 1);
    store.putSync(sha256(bytes), bytes);
    expect([old, newer, sha256(bytes)].map((digest) => store.getSync(digest)?.length)).toEqual([
      undefined,
      1000,
      1000,
    ]);
  });

  it("leaves no draft behind", () => {
    put(100, 1);
    expect(readdirSync(folder, { recursive: true }).filter((name) => String(name).endsWith(".tmp"))).toEqual(
      [],
    );
  });
});

describe("folderStore, shared by two processes", () => {
  it("never shows a part of a module", { timeout: 60_000 }, async () => {
    const program = join(folder, "program.mjs");
    await build({
      stdin: {
        contents: `import { folderStore } from "./folder-store.ts";
          const store = folderStore(process.argv[2]);
          for (let i = 0; i < 100; i++) {
            const bytes = Buffer.alloc(300_000, i);
            store.putSync(String(i % 10).padStart(64, "0"), bytes);
            for (let j = 0; j < 10; j++) {
              const found = store.getSync(String(j).padStart(64, "0"));
              if (found && (found.length !== 300_000 || found[0] !== found.at(-1))) process.exit(1);
            }
          }`,
        resolveDir: import.meta.dirname,
        loader: "ts",
      },
      ...{ bundle: true, platform: "node", format: "esm", outfile: program },
    });
    const ends = [1, 2].map(() => once(spawn(process.execPath, [program, join(folder, "store")]), "exit"));
    expect(await Promise.all(ends)).toEqual([
      [0, null],
      [0, null],
    ]);
    const files = readdirSync(join(folder, "store/00")).map(String);
    expect(files.filter((name) => name.endsWith(".tmp"))).toEqual([]);
  });
});

describe("collectGarbage", () => {
  it("removes the oldest until the rest fits, but nothing in use", () => {
    const [old, middle, young] = [put(100, 300), put(100, 200), put(100, 100)];
    expect(collectGarbage(folder, { keep: new Set([old]), maxBytes: 200 })).toEqual({
      removed: 1,
      removedBytes: 100,
      keptBytes: 200,
    });
    const store = folderStore(folder);
    expect([old, middle, young].map((digest) => store.getSync(digest)?.length)).toEqual([
      100,
      undefined,
      100,
    ]);
  });

  it("removes drafts of the dead, not of the living, and leaves foreign files alone", () => {
    const shelf = join(folder, "ab");
    mkdirSync(shelf);
    const draft = (name: string) => join(shelf, `${"ab".repeat(32)}.wasm.${name}.tmp`);
    writeFileSync(draft("1-aa"), "x");
    writeFileSync(draft("2-bb"), "x");
    writeFileSync(join(shelf, "notes.txt"), "x");
    utimesSync(draft("1-aa"), 1, 1);
    expect(collectGarbage(folder).removed).toBe(1);
    expect(readdirSync(shelf)).toEqual([`${"ab".repeat(32)}.wasm.2-bb.tmp`, "notes.txt"]);
    expect(collectGarbage(join(folder, "missing")).removed).toBe(0);
  });
});
