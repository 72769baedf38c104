import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { mergeTexts } from "./merge.ts";

const LABELS = { ours: "project", theirs: "box" };

function merge(base: string, ours: string, theirs: string): { text: string; conflicts: number } {
  const encode = (text: string) => new TextEncoder().encode(text);
  const { bytes, conflicts } = mergeTexts(encode(base), encode(ours), encode(theirs), LABELS);
  return { text: new TextDecoder().decode(bytes), conflicts };
}

/** What git makes of it; the number of conflicts is its exit status. */
function gitMerge(folder: string, texts: readonly string[]): { text: string; conflicts: number } {
  const names = ["ours", "base", "theirs"].map((name) => join(folder, name));
  for (const [i, name] of names.entries()) writeFileSync(name, texts[i] as string);
  const { stdout, status } = spawnSync("git", ["merge-file", "-p", ...names], { encoding: "utf8" });
  return { text: stdout, conflicts: status ?? -1 };
}

function edit(lines: readonly string[], random: () => number): string[] {
  const edited = [...lines];
  for (let i = 0; i < 3; i++) {
    const at = Math.floor(random() * (edited.length + 1));
    const dice = random();
    if (dice < 0.4) edited.splice(at, 0, `new ${Math.floor(random() * 4)}`);
    else if (dice < 0.7) edited.splice(at, 1);
    else edited.splice(at, 1, `changed ${Math.floor(random() * 4)}`);
  }
  return edited;
}

describe("mergeTexts()", () => {
  it("takes what either side changed", () => {
    const base = "a\nb\nc\nd\ne\n";
    expect(merge(base, "A\nb\nc\nd\ne\n", "a\nb\nc\nd\nE\n")).toEqual({
      text: "A\nb\nc\nd\nE\n",
      conflicts: 0,
    });
    expect(merge(base, "x\na\nb\nc\nd\ne\n", "a\nb\nc\ne\n")).toEqual({
      text: "x\na\nb\nc\ne\n",
      conflicts: 0,
    });
    expect(merge(base, base, "")).toEqual({ text: "", conflicts: 0 });
  });

  it("puts both sides between markers where both changed the same lines", () => {
    expect(merge("a\nb\nc\n", "a\nX\nc\n", "a\nY\nc")).toEqual({
      text: "a\n<<<<<<< project\nX\nc\n=======\nY\nc\n>>>>>>> box\n",
      conflicts: 1,
    });
  });

  it("merges cleanly what git merges cleanly, to the same text", () => {
    const folder = mkdtempSync(join(tmpdir(), "shadowbox-merge-"));
    let seed = 7;
    const random = () => {
      seed = (Math.imul(seed, 1103515245) + 12345) & 0x7fffffff;
      return seed / 0x7fffffff;
    };
    let [clean, both] = [0, 0];
    for (let round = 0; round < 150; round++) {
      const base = Array.from({ length: 12 }, () => `line ${Math.floor(random() * 9)}`);
      const [ours, theirs] = [edit(base, random), edit(base, random)];
      const [b, o, t] = [base, ours, theirs].map((lines) => lines.map((line) => `${line}\n`).join("")) as [
        string,
        string,
        string,
      ];
      const [git, we] = [gitMerge(folder, [o, b, t]), merge(b, o, t)];
      if (git.conflicts === 0 && we.conflicts === 0) {
        clean++;
        expect(we.text).toBe(git.text);
      } else if (git.conflicts > 0) {
        both++;
        expect(we.conflicts).toBeGreaterThan(0);
      } else throw new Error(`git merged cleanly, we did not:\n${b}\n${o}\n${t}`);
    }
    expect(Math.min(clean, both)).toBeGreaterThan(20);
    rmSync(folder, { recursive: true });
  });
});
