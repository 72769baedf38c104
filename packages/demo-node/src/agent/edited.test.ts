import { expect, it } from "vitest";
import { editedLines } from "./edited.ts";

const FILE = "def add(a, b):\n    return a + b\n\nprint(add(1, 2))\n";
const table: [
  what: string,
  edits: { old: string; new: string }[],
  file: string | undefined,
  shown: string[],
][] = [
  [
    "whole lines with their numbers",
    [{ old: "a - b", new: "a + b" }],
    FILE,
    ["-2     return a - b", "+2     return a + b"],
  ],
  [
    "only lines that differ",
    [{ old: "b):\n    return a - b", new: "b):\n    return a + b" }],
    FILE,
    ["-2     return a - b", "+2     return a + b"],
  ],
  [
    "more lines than before",
    [{ old: "print(1)", new: "\nprint(add(1, 2))" }],
    FILE,
    ["-3 print(1)", "+3 ", "+4 print(add(1, 2))"],
  ],
  ["a text that is there twice", [{ old: "x", new: "a" }], FILE, ["- x", "+ a"]],
  ["a text that was taken away", [{ old: "x\ny\n", new: "" }], FILE, ["- x", "- y"]],
  ["a file that is gone", [{ old: "x", new: "y" }], undefined, ["- x", "+ y"]],
];
it.each(table)("an Edit is shown as %s", (_, edits, file, shown) => {
  const lines = editedLines(JSON.stringify({ path: "f", edits }), () => file);
  expect(lines.map(({ mark, number = "", text }) => `${mark}${number} ${text}`)).toEqual(shown);
});

it("the input of another tool shows no lines", () => {
  for (const input of ["", "{broken", '{"command":"ls"}', '{"edits":3}'])
    expect(editedLines(input, () => "")).toEqual([]);
});
