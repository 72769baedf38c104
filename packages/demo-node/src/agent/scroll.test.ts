import { expect, it } from "vitest";
import { fitted } from "../cli/text.ts";
import { Scroll } from "./scroll.ts";

const FORTY = "1234567890123456789012345678901234567890";
const table: [what: string, pieces: string[], shown: string][] = [
  ["short lines are left alone", ["one two\nthree"], "one two\nthree\n"],
  ["a line breaks at a blank", [`${FORTY.slice(8)} two three four`], `${FORTY.slice(8)} two\nthree four\n`],
  ["a word in two pieces is not cut", [`${FORTY.slice(5)} th`, "ree and"], `${FORTY.slice(5)}\nthree and\n`],
  ["a word that is as wide as the line fits", [`one ${FORTY} two`], `one\n${FORTY}\ntwo\n`],
  ["a word that is too wide stands alone, whole", [`a ${FORTY}12 b`], `a\n${FORTY}12\nb\n`],
  ["indentation stays", ["x:\n    y"], "x:\n    y\n"],
  ["lines of their own stay", ["a\n\nb\n"], "a\n\nb\n"],
  [
    "wide letters count twice",
    ["日本語日本語日本語 日本語日本語日本語 日本"],
    "日本語日本語日本語 日本語日本語日本語\n日本\n",
  ],
];

/** What is written of pieces of text, with or without something that draws the lower end. */
function written(pieces: readonly string[], isDrawn: boolean): string {
  let shown = "";
  const stream = { columns: 40, write: (text: string) => (shown += text) } as unknown as NodeJS.WriteStream;
  const drawing = Object.assign(() => {}, { clear() {}, done() {} });
  const scroll = new Scroll(stream, isDrawn ? drawing : undefined, () => []);
  for (const piece of pieces) scroll.text(piece);
  scroll.stop();
  return shown;
}

it.each(table)("in forty columns %s", (_, pieces, shown) => {
  expect(written(pieces, true)).toBe(shown);
  expect(written(pieces, false)).toBe(shown);
});

it("fitted() cuts by columns, not by letters", () => {
  expect([fitted("日本語日本語", 7), fitted("abcdefgh", 8), fitted("\tx\u001b[2J\u0007", 8)]).toEqual([
    "日本語…",
    "abcdefgh",
    "    x",
  ]);
});
