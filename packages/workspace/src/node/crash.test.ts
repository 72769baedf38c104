import { readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, describe, expect, it } from "vitest";
import { TestProject } from "./testing.ts";
import { crashRuns, crashRunsOfMany, killAt } from "./testing-crash.ts";
import { Crash, CrashingDisk } from "./testing-disk.ts";
import type { ProjectWorkspace } from "./workspace.ts";

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

  it("keeps that also where the next start cannot finish", () => {
    test = new TestProject({ a: "a\n", z: "z\n" });
    test.box({ a: "box\n", z: "box\n" });
    const renamed: number[] = [];
    const [trial] = test.copies(1) as [TestProject];
    const note = new CrashingDisk({
      meanwhile({ number, name, place }) {
        if (name === "renameSync" && place === join(trial.project, "z")) renamed.push(number);
      },
    });
    trial.open(note);
    trial.workspace.commit();
    trial.remove();
    test.open(new CrashingDisk({ at: renamed[0] as number }));
    expect(() => test.workspace.commit()).toThrow(Crash);
    rmSync(join(test.project, "z"));
    test.user({ z: "somebody's\n" });
    const full = new CrashingDisk({
      meanwhile({ place }) {
        if (place?.endsWith("/applied")) throw new Error("no room for the mark");
      },
    });
    expect(() => test.open(full)).toThrow("no room for the mark");
    const [kept] = readdirSync(join(test.state, "commits"));
    expect(readFileSync(join(test.state, "commits", kept as string), "utf8")).toBe("somebody's\n");
    expect(test.found()).toEqual({ a: "a\n", z: "z\n" });
  });
});

describe("a commit of many files, killed", { timeout: 120_000 }, () => {
  const names = Array.from({ length: 40 }, (_, i) => `d${i % 3}/file${i}`);
  const many = (text: string) => Object.fromEntries(names.map((name) => [name, `${text} ${name}\n`]));
  const commit = (workspace: ProjectWorkspace) => workspace.commit();

  it("is finished or not begun, new folders and links included, and leaves nothing beside the files", () => {
    test = new TestProject(many("old"));
    test.box({ ...many("new"), "n/deep/er/file": "n\n", "n/link": "-> nowhere" });
    test.boxRemoves("d1/file1");
    const ends = killAt(test, commit, () => {}, 9);
    expect(ends.before).toBeGreaterThan(5);
    expect(ends.after).toBeGreaterThan(5);
  });

  it("is taken back when what it wrote beside the files was removed before the next start", () => {
    test = new TestProject(many("old"));
    test.box({ ...many("new"), "n/deep/file": "n\n" });
    let cleaned = 0;
    const ends = killAt(
      test,
      commit,
      ({ project }) => {
        const left = (readdirSync(project, { recursive: true }) as string[]).filter((name) =>
          name.endsWith(".tmp"),
        );
        for (const name of left) rmSync(join(project, name));
        if (left.length > 0) cleaned++;
      },
      9,
    );
    expect(cleaned).toBeGreaterThan(5);
    expect(ends.before).toBeGreaterThan(5);
  });

  it("leaves alone what somebody wrote to a file that was done, and puts aside what they wrote to one that was not", () => {
    test = new TestProject(many("old"));
    test.box(many("new"));
    const seen = { kept: 0, rescued: 0, before: 0 };
    killAt(
      test,
      commit,
      (copy) => {
        const name = "d1/file19";
        const wasNew = copy.found()[name]?.startsWith("new");
        copy.user({ [name]: "somebody's\n" });
        const { finished, rescued } = copy.open();
        const text = copy.found()[name];
        if (rescued.length > 0) {
          expect(readFileSync(rescued[0]?.file as string, "utf8")).toBe("somebody's\n");
          expect(text).toMatch(/^new/);
          seen.rescued++;
        } else {
          expect(text).toBe("somebody's\n");
          if (wasNew) seen.kept++;
          else seen.before += finished.length === 0 ? 1 : 0;
        }
        copy.user({ [name]: wasNew || rescued.length > 0 ? `new ${name}\n` : `old ${name}\n` });
      },
      9,
    );
    expect(seen.rescued).toBeGreaterThan(0);
    expect(seen.kept).toBeGreaterThan(0);
    expect(seen.before).toBeGreaterThan(0);
  });

  it("done, taken back and done again gives the same files, also where a step needs the last undo's copy", () => {
    test = new TestProject(many("old"));
    test.box({ ...many("new"), "n/deep/file": "n\n" });
    const before = test.found();
    test.workspace.commit();
    const after = test.found();
    for (let i = 0; i < 2; i++) {
      test.workspace.undo();
      expect(test.found()).toEqual(before);
      test.workspace.redo();
      expect(test.found()).toEqual(after);
    }
    test.user({ "d2/file2": "mine\n" });
    expect(() => test.workspace.undo()).toThrow(/changed since the commit.*d2\/file2/);
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
