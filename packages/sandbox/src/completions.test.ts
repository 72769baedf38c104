import { expect, test } from "vitest";
import { completions } from "./completions.ts";

const FOLDERS: Record<string, readonly string[]> = {
  "/workspace": ["a file", "apple", ".hidden", "src"],
  "/workspace/src": ["main.py"],
  "/home/user": ["notes"],
};

const box = {
  commands: () =>
    new Map([
      ["cat", {}],
      ["cut", {}],
    ]),
  fs: {
    readdir: (path: string) => {
      const names = FOLDERS[path.replace(/(?<=.)\/$/, "").replace("//", "/")];
      if (names === undefined) throw new Error("no such folder");
      return names;
    },
    stat: (path: string) => ({ mode: path.endsWith("/src") ? 0o040755 : 0o100644 }),
  },
} as unknown as Parameters<typeof completions>[0];

test.each([
  ["a command", "cu", ["cut"]],
  ["the shell's own words", "unt", ["until"]],
  ["a command behind a pipe", "ls | ca", ["ls | caller", "ls | case", "ls | cat"]],
  ["a path, quoted as the shell needs it", "cat a", ["cat a\\ file", "cat apple"]],
  ["a folder", "cat s", ["cat src/"]],
  ["what is in it", "cat src/", ["cat src/main.py"]],
  ["hidden names when they are asked for", "cat .", ["cat .hidden"]],
  ["a path from the home folder", "cat ~/n", ["cat ~/notes"]],
  ["nothing where there is none", "cat gone/x", []],
])("completions() gives %s", (_what, line, expected) => {
  expect(completions(box, line, "/workspace")).toEqual(expected);
});
