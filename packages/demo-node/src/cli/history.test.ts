import { appendFileSync, mkdtempSync, readFileSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { HistoryFile } from "./history.ts";

let folder: string;
let path: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "shadowbox-history-"));
  path = join(folder, "state/history");
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

describe("HistoryFile", () => {
  it("keeps entries of several lines whole, for the owner only", () => {
    const file = new HistoryFile(path);
    expect(file.read()).toEqual([]);
    file.add("echo a");
    file.add("cat << E\nb\nE");
    expect(new HistoryFile(path).read()).toEqual(["cat << E\nb\nE", "echo a"]);
    expect(statSync(path).mode & 0o777).toBe(0o600);
  });

  it("goes on behind a torn line", () => {
    const file = new HistoryFile(path);
    file.add("echo a");
    appendFileSync(path, '"echo to');
    expect(file.read()).toEqual(["echo a"]);
    file.add("echo b");
    expect(file.read()).toEqual(["echo b", "echo a"]);
  });

  it("is bounded in entries and bytes", () => {
    const file = new HistoryFile(path);
    for (let number = 0; number < 1100; number++) file.add(`echo ${number}`);
    expect(file.read().length).toBe(1000);
    expect(readFileSync(path, "utf8").split("\n")[0]).toBe('"echo 100"');
    for (let number = 0; number < 20; number++) file.add(`${number} ${"x".repeat(60_000)}`);
    file.add("y".repeat(70_000));
    const entries = file.read();
    expect(entries.length).toBe(17);
    expect(entries[0]).toMatch(/^19 x/);
    expect(statSync(path).size).toBeLessThanOrEqual(1 << 20);
  });

  it("does without where it cannot be written", () => {
    const file = new HistoryFile("/dev/null/history");
    file.add("echo a");
    expect(file.read()).toEqual([]);
  });
});
