import type { ReviewedChange } from "@shadowbox/sandbox/node";
import { describe, expect, it } from "vitest";
import { editedLines, editText, replaceLines } from "./edit-hunk.ts";
import { keysOf } from "./keys.ts";
import { type Part, ReviewModel } from "./model.ts";
import { drawScreen } from "./screen.ts";
import { settle } from "./state.ts";
import { fit, harmless, paint, widthOf, wrap } from "./text.ts";

const CHANGE: ReviewedChange = {
  ...{ path: "src/名前 with a long, long path/übung.ts", kind: "modified", type: "file", binary: false },
  ...{ added: 3, removed: 2, partial: true, flag: "runs at git commits" },
  hunks: [
    {
      ...{ oldStart: 1, oldLines: 5, newStart: 1, newLines: 6, heading: "function example(argument) {" },
      lines: [
        { kind: "context", text: "one\n" },
        { kind: "removed", text: "\tlet zwei = '日本語のテキスト';\n", change: 0, words: [[5, 9]] },
        { kind: "added", text: "\tlet two = '日本語のテキスト';\n", change: 0, words: [[5, 8]], call: 3 },
        { kind: "context", text: "three\n" },
        { kind: "context", text: "four \u001b[2J\udcff\n" },
        { kind: "removed", text: "five\n", change: 1 },
        { kind: "added", text: "5\n", change: 1 },
        { kind: "added", text: "6", change: 1 },
      ],
    },
  ],
};
const SCREEN = { focus: "diff", file: 0, part: 0, scroll: 0, sideBySide: false, filter: "" } as const;

function model(): ReviewModel {
  return new ReviewModel([CHANGE, { ...CHANGE, path: "b" }], () => CHANGE);
}

describe("drawScreen()", () => {
  it.each([
    [20, 6],
    [44, 12],
    [80, 24],
    [109, 24],
    [130, 40],
  ])("fills %i columns and %i rows exactly, and lets no text drive the terminal", (columns, rows) => {
    for (const sideBySide of [false, true]) {
      const screen = { ...SCREEN, columns, rows, sideBySide };
      settle(screen, model());
      const drawn = drawScreen(model(), screen, "review x");
      expect(drawn.length).toBe(rows);
      expect(new Set(drawn.map((line) => widthOf(line.map(({ text }) => text).join(""))))).toEqual(
        new Set([columns]),
      );
      const plain = drawn.map((line) => paint(line, "none")).join("\n");
      expect(plain).not.toMatch(/[\u0000-\u0009\u000b-\u001f\u007f-\u009f\ud800-\udfff]/);
    }
  });

  it("says so where nothing is left", () => {
    const screen = { ...SCREEN, columns: 60, rows: 10 };
    const drawn = drawScreen(new ReviewModel([], () => CHANGE), screen, "review x");
    expect(drawn.map((line) => paint(line, "none")).join("\n")).toContain("nothing differs from the project");
  });
});

describe("ReviewModel", () => {
  it("takes single changes, and all of them is the file", () => {
    const one = model();
    const { path } = CHANGE;
    const [hunk] = one.parts(path) as [Part];
    expect(one.split(path, hunk)).toBe(true);
    const [first, second] = one.parts(path) as [Part, Part];
    expect([first.changes, second.changes]).toEqual([[0], [1]]);
    expect([first.oldStart, first.oldLines, second.oldStart, second.oldLines]).toEqual([1, 3, 4, 2]);
    one.togglePart(path, second);
    expect(one.selection()).toEqual([{ path, hunks: [1], context: 0 }]);
    expect([one.partTaken(path, first), one.partTaken(path, hunk)]).toEqual(["none", "some"]);
    one.togglePart(path, first);
    expect(one.selection()).toEqual([path]);
    one.toggleFile(path);
    expect(one.selection()).toEqual([]);
  });

  it("keeps what was taken of changes that are still there", () => {
    let now = CHANGE;
    const one = new ReviewModel([CHANGE], () => now);
    one.togglePart(CHANGE.path, { ...(one.parts(CHANGE.path)[0] as Part), changes: [1] });
    const hunk = CHANGE.hunks[0] as (typeof CHANGE.hunks)[number];
    const lines = hunk.lines.slice(3).map((line) => (line.change === 1 ? { ...line, change: 0 } : line));
    now = { ...CHANGE, hunks: [{ ...hunk, lines: [...lines, { kind: "added", text: "new\n", change: 1 }] }] };
    one.reset([CHANGE]);
    expect(one.taken(CHANGE.path)).toEqual(new Set([0]));
  });
});

describe("an edited hunk", () => {
  const part = { ...(CHANGE.hunks[0] as (typeof CHANGE.hunks)[number]), changes: [0, 1], calls: [] };
  const text = "one\n\tlet two = '日本語のテキスト';\nthree\nfour\n5\n6";

  it("is what the editor made of the added lines", () => {
    const edited = editedLines(
      part,
      editText(part).replace("+5\n", "+fünf\n+sechs\n").replace("-five\n", " five\n"),
    );
    expect(edited?.slice(-4)).toEqual(["five\n", "fünf\n", "sechs\n", "6"]);
    expect(replaceLines(text, part, edited as string[])).toContain(
      "three\nfour \u001b[2J\udcff\nfive\nfünf\nsechs\n6",
    );
  });

  it("is refused where the project's lines are others, and left alone when empty", () => {
    expect(() => editedLines(part, editText(part).replace("-five", "-cinq"))).toThrow(
      /expected "five\\n", got "cinq\\n"/,
    );
    expect(() => editedLines(part, "what?\n")).toThrow(/expected lines that begin with/);
    expect(editedLines(part, "# nothing\n")).toBeUndefined();
  });
});

describe("text on a screen", () => {
  it("is measured in columns, cut and made harmless", () => {
    expect(["abc", "日本", "e\u0301", "👍"].map(widthOf)).toEqual([3, 4, 1, 2]);
    expect(harmless("a\tb\u001b\u0080\udcff\u202e")).toBe("a   b^[<U+80>\\xff<U+202E>");
    const rows = wrap([{ text: "日本語x", look: "plain" }], 3).map((row) =>
      row.map(({ text }) => text).join(""),
    );
    expect(rows).toEqual(["日", "本", "語x"]);
    expect(paint(fit([{ text: "日本語", look: "added" }], 4), "none")).toBe("日… ");
  });
});

describe("keysOf()", () => {
  it.each([
    ["j\u001b[A\u001bOB \r", ["j", "up", "down", "space", "enter"]],
    ["\u001b", ["escape"]],
    ["\u001b[5~\u001b[6~\u001b[1;5C", ["pageup", "pagedown"]],
    ["é\u007f\u0003", ["é", "backspace", "ctrl-c"]],
  ])("names the keys of %j", (input, keys) => {
    expect(keysOf(input)).toEqual(keys);
  });
});
