import { execFileSync } from "node:child_process";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, describe, expect, it } from "vitest";
import { CliBench } from "../testing/cli.ts";

const lines = (changed: Record<number, string> = {}) =>
  Array.from({ length: 60 }, (_, i) => `${changed[i + 1] ?? `line ${i + 1}`}\n`).join("");
const FILES = {
  "a.txt": "alpha\n",
  "src/long.txt": lines(),
  ".github/workflows/ci.yml": "on: push\n",
};
const SCRIPT = `sed -i 's/^line 2$/two/; s/^line 4$/four/; s/^line 40$/forty/' src/long.txt; echo new > new.txt; echo 'on: tag' > .github/workflows/ci.yml`;

let bench: CliBench;
afterEach(() => bench.remove());

async function changed(): Promise<CliBench> {
  bench = new CliBench(FILES);
  expect((await bench.run(["exec", "--quiet", SCRIPT])).status).toBe(0);
  return bench;
}

describe("shadowbox review at a terminal", { timeout: 120_000 }, () => {
  it("takes a part of a split hunk and a file, commits just those, and nothing without a yes", async () => {
    const before = (await changed()).digest();
    const person = bench.person(["review"]);
    await person.sees("3 files, 0 taken");
    await person.sees("space take");
    person.types("j");
    await person.sees("new.txt");
    person.types(" ");
    await person.sees("3 files, 1 taken");
    person.types("/long\r");
    await person.sees("/long");
    await person.sees("1 of 3 files");
    person.types("\r");
    await person.sees("@@ -1,7 +1,7 @@");
    person.types("s");
    await person.sees("@@ -1,3 +1,3 @@");
    person.types("j ");
    await person.sees("[x] @@ -4,4 +4,4 @@");
    await person.sees("call 1");
    person.types("c");
    await person.sees("write 2 files changed, +2 -1 to the project? [y/n]");
    expect(bench.digest()).toBe(before);
    person.types("y");
    await person.sees("committed 000001: 2 files changed, +2 -1");
    person.types("q");
    await person.sees("committed 000001: 2 paths");
    expect(await person.ended).toBe(0);
    expect(bench.read("src/long.txt")).toBe(lines({ 4: "four" }));
    expect(bench.read("new.txt")).toBe("new\n");
    expect((await bench.run(["status"])).stdout).toContain("M src/long.txt  +2 -2");
  });

  it("lets an editor change a hunk, and shows blame, help and both sides", async () => {
    await changed();
    const editor = join(bench.folder, "editor.sh");
    writeFileSync(editor, `#!/bin/sh\nsed -i 's/^+forty/+vierzig/' "$1"\n`, { mode: 0o755 });
    const person = bench.person(["review", "src"], { env: { ...bench.env, VISUAL: editor } });
    await person.sees("1 file, 0 taken");
    person.types("?");
    await person.sees("split a hunk");
    person.types("x\rj");
    await person.sees("[ ] @@ -37,7 +37,7 @@");
    person.types("e");
    await person.sees("edited: the box has your version");
    person.types("b");
    await person.sees("vierzig");
    person.types("xu");
    await person.sees("│");
    person.types("cy");
    await person.sees("committed 000001");
    person.types("\u0003");
    expect(await person.ended).toBe(0);
    expect(bench.read("src/long.txt")).toBe(lines({ 40: "vierzig" }));
  });

  it("asks for flagged paths one by one, and shows no colour where none is wanted", async () => {
    const before = (await changed()).digest();
    const person = bench.person(["review"], { env: { ...bench.env, NO_COLOR: "1" } });
    await person.sees("3 files");
    person.types("acy");
    await person.sees(/! \.github\/workflows\/ci\.yml \(runs in continuous integration\): write it\?/);
    person.types("n");
    await person.sees("nothing was written: take .github/workflows/ci.yml out first");
    person.types("q");
    expect(await person.ended).toBe(0);
    expect(bench.digest()).toBe(before);
    expect(person.raw).not.toMatch(/\u001b\[[0-9;]*3[0-7]m/);
  });
});

describe("the same by flags", { timeout: 60_000 }, () => {
  it("lists numbered hunks, and commit and discard take them by number", async () => {
    await changed();
    const list = await bench.run(["review", "src", "--list", "--split"]);
    expect(list.stdout.match(/^\d @@ .*$/gm)).toEqual([
      "1 @@ -2 +2 @@ line 1  call 1",
      "2 @@ -4 +4 @@ line 3  call 1",
      "3 @@ -40 +40 @@ line 39  call 1",
    ]);
    await bench.run(["discard", "src/long.txt", "--hunks", "1", "--split", "-y"]);
    await bench.run(["commit", "src/long.txt", "--hunks", "2", "-y"]);
    expect(bench.read("src/long.txt")).toBe(lines({ 40: "forty" }));
    const wrong = await bench.run(["commit", "src/long.txt", "--hunks", "0", "-y"]);
    expect(wrong).toMatchObject({ status: 2, stderr: expect.stringContaining("expected numbers from 1") });
  });

  it("prints diffs as totals, names, words and side by side, and narrows them by call", async () => {
    await changed();
    await bench.run(["exec", "--quiet", "echo more >> new.txt; echo beta > a.txt"]);
    const out = async (...args: string[]) => (await bench.run(["diff", ...args])).stdout;
    expect(await out("--name-only", "--call", "2")).toBe("a.txt\nnew.txt\n");
    expect(await out("--stat", "src")).toBe(" src/long.txt | 6 +++---\n 1 file changed, +3 -3\n");
    expect(await out("--word-diff", "a.txt")).toContain("\n[-alpha-]{+beta+}\n");
    expect(await out("--side-by-side", "a.txt")).toMatch(
      /^1 -alpha +│1 \+beta$|^ {2}1 -alpha +│ {2}1 \+beta$/m,
    );
    expect(JSON.parse((await bench.run(["review", "a.txt", "--json"])).stdout)).toMatchObject([
      {
        path: "a.txt",
        partial: true,
        hunks: [{ oldStart: 1, lines: [{ kind: "removed", change: 0, call: 2 }, {}] }],
      },
    ]);
  });

  it("exports a patch and an archive, imports a patch, and commits to a git branch", async () => {
    await changed();
    const git = (...args: string[]) => execFileSync("git", args, { cwd: bench.project }).toString();
    git("init", "-q", "-b", "main");
    git("-c", "user.name=a", "-c", "user.email=a@b", "commit", "-q", "--allow-empty", "-m", "first");
    const identity = { GIT_COMMITTER_NAME: "a", GIT_COMMITTER_EMAIL: "a@b" };
    const { stdout } = await bench.run(["commit", "-y", "src", "--git-branch", "box", "-m", "Take it"], {
      env: identity,
    });
    expect(stdout).toMatch(/committed [0-9a-f]{10} on branch box: 1 file changed, \+3 -3/);
    expect(git("log", "--format=%s", "box")).toBe("Take it\nfirst\n");
    expect(git("show", "box:src/long.txt")).toBe(lines({ 2: "two", 4: "four", 40: "forty" }));

    const patch = (await bench.run(["export", "--patch", "-", "src", "new.txt"])).stdout;
    await bench.run(["export", "--tar", join(bench.folder, "box.tar")]);
    const listed = execFileSync("tar", ["-tf", join(bench.folder, "box.tar")]).toString();
    expect(listed.split("\n")).toEqual(expect.arrayContaining(["a.txt", "new.txt", "src/long.txt"]));
    await bench.run(["discard", "-y"]);
    const imported = await bench.run(["import", "--patch", "-"], { stdin: patch });
    expect(imported.stdout).toBe("new.txt\nsrc/long.txt\nthe box has the patch: 2 files changed, +4 -3\n");
    const wrong = await bench.run(["import", "--patch", "-"], { stdin: patch });
    expect(wrong).toMatchObject({ status: 1, stderr: expect.stringContaining('"new.txt" is there already') });
  });
});
