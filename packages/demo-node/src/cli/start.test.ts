import { execFileSync } from "node:child_process";
import {
  copyFileSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, expect, test } from "vitest";

const folder = mkdtempSync(join(tmpdir(), "shadowbox-start-"));
afterAll(() => rmSync(folder, { recursive: true }));
copyFileSync(fileURLToPath(new URL("../../dist/box.cjs", import.meta.url)), join(folder, "some.cjs"));

function write(word: string, seconds: number): void {
  const path = join(folder, "some.code.cjs");
  writeFileSync(
    path,
    `(function (exports, require) { exports.run = async () => require("node:fs").writeSync(1, "${word}"); })`,
  );
  utimesSync(path, seconds, seconds);
}

const run = () =>
  execFileSync(process.execPath, ["-e", `require("${folder}/some.cjs").run([])`], { encoding: "utf8" });
const kept = () => readdirSync(folder).filter((name) => name.endsWith(".cache"));

test("compiled code is kept, used for its source only, and nothing depends on it", () => {
  write("one", 1000);
  expect([run(), kept().length]).toEqual(["one", 1]);
  const cache = join(folder, kept()[0] as string);
  const first = readFileSync(cache);
  expect([run(), readFileSync(cache).equals(first)]).toEqual(["one", true]);
  write("two", 2000);
  expect([run(), kept().length]).toEqual(["two", 1]);
  writeFileSync(cache, readFileSync(cache).subarray(0, 200));
  expect(run()).toBe("two");
});
