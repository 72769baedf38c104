import { expect, it } from "vitest";
import { Wrapper } from "./wrap.ts";

const table: [what: string, pieces: string[], shown: string][] = [
  ["short lines are left alone", ["one two\nthree"], "one two\nthree"],
  ["a line breaks at a blank", ["one two three four"], "one two\nthree four"],
  ["a word in two pieces is not cut", ["one two th", "ree"], "one two\nthree"],
  ["a word that is as wide as the line fits", ["one 1234567890 two"], "one\n1234567890\ntwo"],
  ["a word that is too wide stands alone", ["a 123456789012 b"], "a\n123456789012\nb"],
  ["indentation stays", ["x:\n    y"], "x:\n    y"],
  ["lines of their own stay", ["a\n\nb\n"], "a\n\nb\n"],
];
it.each(table)("in ten columns %s", (_, pieces, shown) => {
  const wrapper = new Wrapper(() => 10);
  expect(pieces.map((piece) => wrapper.add(piece)).join("") + wrapper.end()).toBe(shown);
});
