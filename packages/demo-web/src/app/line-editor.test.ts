import { expect, test } from "vitest";
import { LineEditor } from "./line-editor.ts";

/** A line with `|` at the cursor, after these keys. */
function after(text: string, ...keys: string[]): string {
  const editor = new LineEditor();
  editor.set(text);
  for (const key of keys) expect(editor.press(key), JSON.stringify(key)).toBe(true);
  return editor.parts.join("|");
}

test.each([
  ["the cursor goes by what a person takes for one character", "aé👩‍🔬", ["\x1b[D"], "aé|👩‍🔬"],
  ["and removes it so", "a👩‍🔬e\u0301", ["\x7f", "\x7f"], "a|"],
  ["Ctrl-A and Ctrl-E go to the ends", "one two", ["\x01", "\x1b[C", "\x05"], "one two|"],
  ["of this line of several", "one\ntwo", ["\x01"], "one\n|two"],
  ["Ctrl-Left goes by words", "cat a/b.txt", ["\x1b[1;5D", "\x1b[1;5D"], "cat a/|b.txt"],
  ["Alt-F too", "cat a/b", ["\x01", "\x1bf", "\x1bf"], "cat a|/b"],
  ["Ctrl-W cuts a word by blanks", "cat a/b  ", ["\x17"], "cat |"],
  ["Alt-Backspace by letters", "cat a/b", ["\x1b\x7f"], "cat a/|"],
  ["Ctrl-U and Ctrl-Y cut and put back", "one", ["\x15", "\x19", "\x19"], "oneone|"],
  ["Ctrl-K cuts what is behind", "one two", ["\x1bb", "\x0b"], "one |"],
  ["Ctrl-T swaps two", "sl", ["\x14"], "ls|"],
  ["Delete removes what is behind", "abc", ["\x01", "\x1b[3~"], "|bc"],
])("%s", (_what, text, keys, expected) => {
  expect(after(text, ...keys)).toBe(expected);
});

test("history goes up and down, and keeps what was begun", () => {
  const editor = new LineEditor();
  for (const line of ["one", "two", "two", " "]) {
    editor.set(line);
    editor.next();
  }
  editor.set("thr");
  const seen = ["\x1b[A", "\x1b[A", "\x1b[A", "\x1b[B", "\x1b[B"].map((key) => {
    editor.press(key);
    return editor.text;
  });
  expect(seen).toEqual(["two", "one", "one", "two", "thr"]);
});

test("find() looks for a part among the lines before, the newest first", () => {
  const editor = new LineEditor();
  for (const line of ["cat a", "ls", "cat b"]) {
    editor.set(line);
    editor.next();
  }
  expect(editor.find("cat")).toEqual({ text: "cat b", at: 2 });
  expect(editor.find("cat", 2)).toEqual({ text: "cat a", at: 0 });
  expect(editor.find("dog")).toBeUndefined();
});

test("lines from before come before those of now, wherever the person is", () => {
  const editor = new LineEditor();
  editor.set("now");
  editor.next();
  editor.press("\x1b[A");
  editor.remember(["older", "old"]);
  editor.press("\x1b[A");
  expect(editor.text).toBe("old");
  for (const key of ["\x1b[B", "\x1b[B"]) editor.press(key);
  expect(editor.text).toBe("");
});
