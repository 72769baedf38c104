import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { diffHunks } from "./hunks.ts";
import { printHunk } from "./patch.ts";

const work = mkdtempSync(join(tmpdir(), "shadowbox-diff-"));
afterAll(() => rmSync(work, { recursive: true, force: true }));

type Random = (below: number) => number;

function seeded(seed: number): Random {
  let state = seed;
  return (below) => {
    state = (state * 48271) % 2147483647;
    return state % below;
  };
}

/** What git prints between two texts, from the first hunk on. A missing git fails. */
function gitHunks(before: string | Uint8Array, after: string | Uint8Array): string {
  writeFileSync(join(work, "a"), before, "latin1");
  writeFileSync(join(work, "b"), after, "latin1");
  const run = spawnSync("git", ["diff", "--no-index", "--no-color", "--text", "a", "b"], {
    cwd: work,
    maxBuffer: 1 << 28,
  });
  if (run.status !== 0 && run.status !== 1) throw new Error(`git diff: ${run.error ?? run.stderr}`);
  const text = run.stdout.toString("latin1");
  const at = text.indexOf("\n@@");
  return at < 0 ? "" : text.slice(at + 1);
}

function ourHunks(before: string, after: string): string {
  const hunks = diffHunks(Buffer.from(before, "latin1"), Buffer.from(after, "latin1"));
  return hunks
    .flatMap(printHunk)
    .map((part) => Buffer.from(part).toString("latin1"))
    .join("");
}

const LINES = [
  ...[
    "",
    "",
    "  indented",
    "}",
    "  }",
    "function f() {",
    "\treturn 1;",
    "x",
    "    deeper",
    "# h",
    "\f",
    "$a",
  ],
  ...["alpha", "beta", "same\r", "\xff\xfe", "  \t ", "class A:", "    def f(self):", "        pass"],
];

function randomText(next: Random, lines: number, variety: number): string[] {
  return Array.from({ length: next(lines) }, () =>
    next(4) < variety ? `line ${next(lines * 2)}` : (LINES[next(LINES.length)] as string),
  );
}

function edited(text: string[], next: Random, lines: number): string[] {
  const after = [...text];
  for (let edits = 1 + next(6); edits > 0; edits--) {
    const at = next(after.length + 1);
    const kind = next(5);
    if (kind === 0) after.splice(at, next(6));
    else if (kind === 1) after.splice(next(after.length + 1), 0, ...after.splice(at, next(12)));
    else if (kind === 2) after.splice(at, 0, ...text.slice(next(text.length + 1)).slice(0, next(10)));
    else after.splice(at, next(2), ...randomText(next, lines, kind - 2).slice(0, next(5)));
  }
  return after;
}

function joined(lines: string[], next: Random): string {
  return lines.join("\n") + (next(5) === 0 ? "" : "\n");
}

describe("diffHunks()", () => {
  it("prints what git prints for random edits of small texts", () => {
    const next = seeded(42);
    for (let round = 0; round < 250; round++) {
      const variety = round % 4;
      const before = randomText(next, 60, variety);
      const texts = [joined(before, next), joined(edited(before, next, 60), next)] as const;
      expect(ourHunks(...texts)).toBe(gitHunks(...texts));
    }
  }, 60_000);

  it("prints what git prints where the search is cut short", () => {
    const next = seeded(7);
    for (let round = 0; round < 12; round++) {
      const before = randomText(next, 6000, round % 4);
      let after = before;
      for (let i = 0; i < 40 + 60 * round; i++) after = edited(after, next, 6000);
      const texts = [joined(before, next), joined(after, next)] as const;
      expect(ourHunks(...texts) === gitHunks(...texts)).toBe(true);
    }
  }, 120_000);

  it("prints what git prints for whole texts, single lines and long lines", () => {
    const long = `${"x".repeat(10_000)}\n`;
    const pairs: [string, string][] = [
      ["a\n", "a\n"],
      ["", "a\nb"],
      ["a\nb\n", ""],
      ["a", "a\n"],
      ["a\r\nb\r\n", "a\nb\n"],
      ["\n\n\n", "\n\n"],
      [long.repeat(50), `${long.repeat(20)}y\n${long.repeat(30)}`],
      ["f() {\n  1\n  2\n  3\n  4\n  5\n}\n", "f() {\n  1\n  2\n  3\n  4\n  5\n  6\n}\n"],
    ];
    for (const pair of pairs) expect(ourHunks(...pair)).toBe(gitHunks(...pair));
  });

  it("takes well under a second for texts of 1 MB that have nothing in common", () => {
    const [a, b] = ["a", "b"].map((name) =>
      Array.from({ length: 40_000 }, (_, i) => `${name} ${(i * 7919) % 5000} some text`).join("\n"),
    ) as [string, string];
    const start = performance.now();
    expect(diffHunks(Buffer.from(a), Buffer.from(b))).toHaveLength(1);
    expect(performance.now() - start).toBeLessThan(2000);
  });
});
