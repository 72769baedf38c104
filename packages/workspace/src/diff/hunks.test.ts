import { execFileSync, spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { diffHunks, type Hunk } from "./hunks.ts";

const work = mkdtempSync(join(tmpdir(), "shadowbox-diff-"));
afterAll(() => rmSync(work, { recursive: true, force: true }));

function gitHunks(before: string, after: string): string {
  writeFileSync(join(work, "a"), before);
  writeFileSync(join(work, "b"), after);
  const { stdout, status, stderr } = spawnSync("git", ["diff", "--no-index", "--no-color", "a", "b"], {
    cwd: work,
  });
  if (status !== 0 && status !== 1) throw new Error(`git diff failed: ${stderr}`);
  const text = stdout.toString();
  return text.includes("@@") ? text.slice(text.indexOf("@@")) : "";
}

const range = (start: number, lines: number) => (lines === 1 ? `${start}` : `${start},${lines}`);

function print(hunks: Hunk[]): string {
  const marks = { context: " ", removed: "-", added: "+" };
  return hunks
    .map((hunk) => {
      const head = `@@ -${range(hunk.oldStart, hunk.oldLines)} +${range(hunk.newStart, hunk.newLines)} @@`;
      const name = hunk.heading.length > 0 ? ` ${Buffer.from(hunk.heading)}` : "";
      const lines = hunk.lines.map(({ kind, text }) => {
        const line = Buffer.from(text).toString();
        return `${marks[kind]}${line}${line.endsWith("\n") ? "" : "\n\\ No newline at end of file\n"}`;
      });
      return `${head}${name}\n${lines.join("")}`;
    })
    .join("");
}

function randomText(next: (below: number) => number): string[] {
  const words = [
    "alpha",
    "beta",
    "",
    "  indented",
    "}",
    "function f() {",
    "\treturn 1;",
    "x",
    "    deeper",
    "# h",
  ];
  return Array.from({ length: next(60) }, () => words[next(words.length)] as string);
}

describe("diffHunks()", () => {
  it("agrees with git on edits of real-looking texts", () => {
    let state = 42;
    const next = (below: number) => {
      state = (state * 48271) % 2147483647;
      return state % below;
    };
    let same = 0;
    const rounds = 150;
    for (let round = 0; round < rounds; round++) {
      const before = randomText(next);
      const after = [...before];
      for (let edits = 1 + next(4); edits > 0; edits--) {
        const at = next(after.length + 1);
        if (next(3) === 0) after.splice(at, next(4));
        else after.splice(at, next(2), ...randomText(next).slice(0, next(5)));
      }
      const texts = [before, after].map((lines) => lines.join("\n") + (next(5) === 0 ? "" : "\n")) as [
        string,
        string,
      ];
      if (print(diffHunks(Buffer.from(texts[0]), Buffer.from(texts[1]))) === gitHunks(...texts)) same++;
    }
    expect(same / rounds).toBeGreaterThanOrEqual(0.95);
  });

  it("agrees with git on a file of this repository's history shape", () => {
    const before = execFileSync("git", ["--version"]).toString().repeat(200);
    const after = before.replace("git", "GIT");
    expect(print(diffHunks(Buffer.from(before), Buffer.from(after)))).toBe(gitHunks(before, after));
  });

  it("answers nothing for equal texts and whole texts against nothing", () => {
    expect(diffHunks(Buffer.from("a\n"), Buffer.from("a\n"))).toEqual([]);
    expect(print(diffHunks(new Uint8Array(), Buffer.from("a\nb")))).toBe(gitHunks("", "a\nb"));
    expect(print(diffHunks(Buffer.from("a\nb\n"), new Uint8Array()))).toBe(gitHunks("a\nb\n", ""));
  });
});
