import { execFileSync } from "node:child_process";
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { type Listing, TestProject } from "./testing.ts";

const bytes = (seed: number, size: number) =>
  Array.from({ length: size }, (_, i) => String.fromCharCode((i * seed * 7 + (i >> 3)) & 0x7f)).join("");
const long = (changed: Record<number, string> = {}) =>
  Array.from({ length: 40 }, (_, i) => `${changed[i + 1] ?? `line ${i + 1}`}\n`).join("");
const BEFORE: Listing = {
  "a.txt": "alpha\n",
  "long.txt": long(),
  "gone/deep/g.txt": "g\n",
  "moved.txt": long({ 1: "moved" }),
  "bin.dat": `\0${bytes(3, 3000)}`,
  "no-end": "x\ny",
  'odd \t"name\\ü': "odd\n",
  link: "-> a.txt",
};
const AFTER: Listing = {
  "a.txt": "beta\n",
  "long.txt": long({ 2: "two", 30: "thirty" }),
  "new/dir/moved.txt": long({ 1: "moved", 20: "twenty" }),
  "bin.dat": `\0${bytes(3, 2000)}${bytes(5, 900)}`,
  "new.dat": `\0${bytes(9, 100)}`,
  "no-end": "x\nz\n",
  'odd \t"name\\ü': "odder",
  link: "-> long.txt",
  "empty.txt": "",
  "run.sh": "echo\n",
};

let test: TestProject;
let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "shadowbox-exchange-"));
});
afterEach(() => {
  test.remove();
  rmSync(folder, { recursive: true, force: true });
});

const git = (...args: string[]) =>
  execFileSync("git", ["-c", "user.name=a", "-c", "user.email=a@b", ...args], {
    cwd: test.project,
  }).toString();

/** Without what is in the repository. */
const outsideGit = (listing: Listing) =>
  Object.fromEntries(Object.entries(listing).filter(([path]) => !path.startsWith(".git/")));

function changeInBox(): void {
  const gone = Object.keys(BEFORE).filter((path) => AFTER[path] === undefined);
  test.boxRemoves(...gone, "gone", "link");
  test.box(AFTER);
  test.box({ "run.sh": "echo\n" }, 0o755);
}

describe("exported patches", () => {
  it("are what git apply makes the box's state of", () => {
    test = new TestProject(BEFORE);
    changeInBox();
    const file = join(folder, "p.patch");
    writeFileSync(file, test.workspace.diff(undefined, { binary: true }));
    git("init", "-q");
    git("apply", file);
    rmSync(join(test.project, ".git"), { recursive: true });
    expect(test.found()).toEqual(test.seen());
    expect(test.found()).toEqual(
      Object.fromEntries(Object.entries(AFTER).sort(([a], [b]) => (a < b ? -1 : 1))),
    );
  });

  it("come back by import, as do git's own, binary deltas and renames included", () => {
    test = new TestProject(BEFORE);
    changeInBox();
    const ours = test.workspace.diff(undefined, { binary: true });
    const wanted = test.seen();
    git("init", "-q");
    git("add", ".");
    git("commit", "-qm", "before");
    test.workspace.commit({ allowRisky: true });
    git("add", ".");
    const theirs = execFileSync("git", ["diff", "--cached", "--binary", "-M"], { cwd: test.project });
    expect(theirs.toString("latin1")).toContain("\ndelta ");
    for (const patch of [ours, theirs]) {
      const other = new TestProject(BEFORE);
      const { paths } = other.workspace.importPatch(patch);
      expect(paths).toContain("new/dir/moved.txt");
      expect(other.seen()).toEqual(wanted);
      expect(other.workspace.log().at(-1)).toMatchObject({ operation: "import", snapshot: 1 });
      expect(other.found()).not.toEqual(wanted);
      other.remove();
    }
  });

  it("put a file in place of a folder whose files they remove, as git apply does", () => {
    test = new TestProject({ "d/e/x": "x\n", "d/y": "y\n", "f/x": "x\n" });
    test.boxRemoves("d");
    test.box({ d: "now a file\n" });
    const patch = test.workspace.diff();
    const wanted = test.seen();
    test.workspace.discard();
    test.workspace.importPatch(patch);
    expect(test.seen()).toEqual(wanted);
    execFileSync("git", ["apply"], { cwd: test.project, input: patch });
    expect(test.found()).toEqual(wanted);
    const onFolder = Buffer.from("--- /dev/null\n+++ b/f\n@@ -0,0 +1 @@\n+x\n");
    expect(() => test.workspace.importPatch(onFolder)).toThrow(/"f" cannot be changed/);
    expect(test.seen()).toEqual(wanted);
  });

  it("are refused where they do not fit or leave the project, and nothing is changed then", () => {
    test = new TestProject(BEFORE);
    const patch = (path: string, line: string) => `--- a/${path}\n+++ b/${path}\n@@ -1 +1 @@\n-${line}\n+x\n`;
    const refused: [string, RegExp][] = [
      [
        `${patch("a.txt", "alpha")}${patch("long.txt", "nothing like it")}`,
        /"long.txt": hunk 1, at line 1, does not fit/,
      ],
      [
        "--- a/long.txt\n+++ b/long.txt\n@@ -1 +1,2 @@\n line 1\n+no end\n\\ No newline at end of file\n",
        /"long.txt": hunk 1, at line 1, does not fit/,
      ],
      [patch("../out", "x"), /expected a path in the project/],
      [patch(".git/config", "x"), /not in .git/],
      ["hello\n", /expected a diff/],
      ["--- a/a.txt\n+++ b/a.txt\n@@ -1,2 +1 @@\n-alpha\n", /line 5: expected 1 old and 1 new lines more/],
      ["--- /dev/null\n+++ b/a.txt\n@@ -0,0 +1 @@\n+x\n", /"a.txt" is there already/],
      ["--- /dev/null\n+++ b/link/x\n@@ -0,0 +1 @@\n+x\n", /"link\/x" cannot be changed/],
    ];
    for (const [text, message] of refused) {
      expect(() => test.workspace.importPatch(Buffer.from(text))).toThrow(message);
      expect(test.status()).toEqual([]);
    }
    const moved =
      "--- long.txt.orig\t2020-01-01\n+++ b/long.txt\t2020-01-01\n@@ -20,2 +20,2 @@\n line 22\n-line 23\n+new\n";
    test.workspace.importPatch(Buffer.from(moved.replace("long.txt.orig", "a/long.txt")));
    expect(test.seen()["long.txt"]).toBe(long({ 23: "new" }));
  });
});

describe("exportTar()", () => {
  it("is what tar unpacks to the box's state", () => {
    test = new TestProject(BEFORE);
    changeInBox();
    const deep = `${"d".repeat(90)}/${"e".repeat(90)}.txt`;
    test.box({ [deep]: "deep\n", "dir/empty": "/" });
    const other = join(folder, "out");
    mkdirSync(other);
    execFileSync("tar", ["-xf", "-", "-C", other], { input: test.workspace.exportTar() });
    const wanted = test.seen();
    rmSync(test.project, { recursive: true });
    cpSync(other, test.project, { recursive: true, verbatimSymlinks: true });
    expect(test.found()).toEqual(wanted);
    expect(() => test.workspace.exportTar(["nowhere"])).toThrow(/expected a path in the box/);
  });
});

describe("a commit to a git branch", () => {
  it("leaves work tree, index and box alone, and has just what was selected", () => {
    test = new TestProject({ ...BEFORE, ".gitignore": "*.log\n" });
    git("init", "-q", "-b", "main");
    git("config", "user.name", "a");
    git("config", "user.email", "a@b");
    git("add", ".");
    git("commit", "-qm", "before");
    test.open();
    test.box({ "a.txt": "beta\n", "long.txt": long({ 2: "two", 30: "thirty" }), "x.log": "log\n" });
    test.box({ "run.sh": "echo\n" }, 0o755);
    test.boxRemoves("no-end");
    const index = readFileSync(join(test.project, ".git/index"));
    const seen = test.seen();
    const found = test.found();
    const first = test.workspace.commit({
      gitBranch: "box",
      paths: ["a.txt", { path: "long.txt", hunks: [1] }],
    });
    expect(first.git).toMatchObject({ branch: "box", ignored: [] });
    expect(git("diff", "--stat", "main", "box")).toMatch(
      /a\.txt +\| 2[\s\S]*long\.txt +\| 2[\s\S]*2 files changed/,
    );
    expect(git("show", "box:long.txt")).toBe(long({ 30: "thirty" }));
    const second = test.workspace.commit({ gitBranch: "box", message: "All of it" });
    expect(second.git?.ignored).toEqual(["x.log"]);
    expect(git("log", "--format=%s", "box")).toBe("All of it\nChange 2 files\nbefore\n");
    expect(git("diff", "--name-status", "main", "box")).toBe("M\ta.txt\nM\tlong.txt\nD\tno-end\nA\trun.sh\n");
    expect(git("ls-tree", "box", "run.sh")).toContain("100755");
    expect(readFileSync(join(test.project, ".git/index")).equals(index)).toBe(true);
    expect(test.seen()).toMatchObject(outsideGit(seen));
    expect(outsideGit(test.found())).toEqual(outsideGit(found));
    expect(git("status", "--porcelain")).toBe("");
    expect(git("for-each-ref", "refs/shadowbox")).toBe("");
    expect(() => test.workspace.commit({ gitBranch: "box" })).toThrow(/nothing differs from what it has/);
    expect(() => test.workspace.commit({ gitBranch: "main" })).toThrow(/it is checked out/);
    expect(() => test.workspace.commit({ gitBranch: "a..b" })).toThrow(/expected a branch name/);
    expect(test.workspace.log().at(-1)).toMatchObject({ operation: "commit", git: { branch: "box" } });
  });

  it("says so where there is no repository, or no git", () => {
    test = new TestProject(BEFORE);
    test.box({ "a.txt": "beta\n" });
    const { PATH } = process.env;
    expect(() => test.workspace.commit({ gitBranch: "box" })).toThrow(/expected a git repository around/);
    process.env.PATH = "/nowhere";
    try {
      expect(() => test.workspace.commit({ gitBranch: "box" })).toThrow(/expected git in PATH/);
    } finally {
      process.env.PATH = PATH;
    }
  });
});
