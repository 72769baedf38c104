import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, describe, expect, it } from "vitest";
import { TestProject } from "./testing.ts";
import { crashRuns, crashRunsOfMany, killAt } from "./testing-crash.ts";

let test: TestProject;
afterEach(() => test?.remove());

const LONG = Array.from({ length: 40 }, (_, i) => `line ${i + 1}\n`).join("");
const FILES = { "a.txt": "alpha\n", "src/b.txt": "beta\n", "src/deep/c.txt": "gamma\n", "long.txt": LONG };

describe("a process killed before any call that changes the disk", { timeout: 120_000 }, () => {
  it("leaves a commit whole or not begun, and what was not committed in the box", () => {
    test = new TestProject(FILES);
    const long = LONG.replace("line 2\n", "two\n").replace("line 20\n", "twenty\n");
    test.box({ "a.txt": "box\n", "long.txt": long, "other.txt": "not selected\n", "new/x": "x\n" });
    test.boxRemoves("src/deep");
    test.boxMoves("src/b.txt", "moved.txt");
    const hunk = { path: "long.txt", hunks: [1] };
    const ends = killAt(test, (workspace) =>
      workspace.commit({ paths: ["a.txt", hunk, "new", "moved.txt", "src"] }),
    );
    expect(ends.before).toBeGreaterThan(10);
    expect(ends.after).toBeGreaterThan(10);
    expect(test.status()).toEqual(["modified long.txt", "created other.txt"]);
  });

  it("leaves an undo and a redo whole or not begun", () => {
    test = new TestProject(FILES);
    test.box({ "a.txt": "box\n", "new/x": "x\n", "a/deep/file": "d\n" });
    test.boxRemoves("src");
    test.workspace.commit();
    test.box({ "a.txt": "later\n" });
    for (const verb of ["undo", "redo"] as const) {
      const ends = killAt(test, (workspace) => workspace[verb]());
      expect(ends.before).toBeGreaterThan(10);
      expect(ends.after).toBeGreaterThan(10);
    }
  });

  it("keeps what somebody wrote between the crash and the next start", () => {
    test = new TestProject(FILES);
    test.box({ "a.txt": "box\n", "src/b.txt": "box\n" });
    let rescued = 0;
    killAt(
      test,
      (workspace) => workspace.commit(),
      (copy) => {
        writeFileSync(join(copy.project, "src/b.txt"), "somebody's\n");
        const report = copy.open();
        const [found] = report.rescued;
        if (found) rescued++;
        const text = found ? readFileSync(found.file, "utf8") : copy.found()["src/b.txt"];
        expect(text).toBe("somebody's\n");
      },
    );
    expect(rescued).toBeGreaterThan(0);
  });
});

describe("random projects, changes and crashes with power loss", { timeout: 120_000 }, () => {
  it.each([1, 2, 3])("end all or nothing (seed %i)", (seed) => {
    const runs = crashRuns(seed, 35);
    expect(runs.before).toBeGreaterThan(0);
    expect(runs.after).toBeGreaterThan(0);
  });

  it.each([1, 2])("end all or nothing with many files at once (seed %i)", (seed) => {
    const runs = crashRunsOfMany(seed, 20);
    expect(runs.before).toBeGreaterThan(0);
    expect(runs.after).toBeGreaterThan(0);
  });
});
