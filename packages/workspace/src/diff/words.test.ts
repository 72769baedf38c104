import { expect, it } from "vitest";
import { wordChanges } from "./words.ts";

const bytes = (text: string) => new TextEncoder().encode(text);

/** The lines of both sides with what changed in brackets. */
function marked(removed: string[], added: string[]): string[] {
  const changes = wordChanges(removed.map(bytes), added.map(bytes));
  const mark = (line: string, spans: readonly (readonly [number, number])[]) =>
    [...spans]
      .reverse()
      .reduce((text, [from, to]) => `${text.slice(0, from)}[${text.slice(from, to)}]${text.slice(to)}`, line)
      .trimEnd();
  return [
    ...removed.map((line, i) => mark(line, changes.removed[i] ?? [])),
    ...added.map((line, i) => mark(line, changes.added[i] ?? [])),
  ];
}

it.each([
  [["let a = 1;\n"], ["let b = 1;\n"], ["let [a] = 1;", "let [b] = 1;"]],
  [["f(x, y)\n"], ["f(x, y, z)\n"], ["f(x, y)", "f(x, y[, z])"]],
  [["if (a)\n", "  b();\n"], ["if (a) b();\n"], ["if (a)", "[  ]b();", "if (a)[ ]b();"]],
  [["one two three\n"], ["one 2 3 three\n"], ["one [two] three", "one [2 3] three"]],
  [["nothing alike\n"], ["x = compute(y);\n"], ["nothing alike", "x = compute(y);"]],
  [["same\n"], ["same"], ["same", "same"]],
  [[], ["new\n"], ["new"]],
])("wordChanges() points out what differs within lines (%j → %j)", (removed, added, expected) => {
  expect(marked(removed, added)).toEqual(expected);
});
