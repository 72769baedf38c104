import { expect, it } from "vitest";
import { Typing } from "./typing.ts";

/** What is shown and given for keys, `given` one after another; undefined is the end. */
function typed(...keys: string[]) {
  let shown = "";
  const given: (string | undefined)[] = [];
  const typing = new Typing(
    (text) => {
      shown += text;
    },
    (text) => given.push(text),
  );
  for (const key of keys)
    if (key === "^C") typing.interrupt();
    else typing.take(key);
  return { shown, given, left: (unread: string) => typing.left(unread) };
}

it.each([
  ["a line goes when it is whole", ["a", "b", "\r", "c"], ["ab\n"]],
  ["a pasted text goes line by line", ["\x1b[200~one\ntwo\nthr\x1b[201~", "\r"], ["one\n", "two\n", "thr\n"]],
  ["Backspace takes a character back, however many units it has", ["a", "🎉", "\x7f", "b", "\r"], ["ab\n"]],
  ["Ctrl-U takes the line back", ["a", "b", "\x15", "c", "\r"], ["c\n"]],
  ["Ctrl-D gives what there is, then ends the input", ["a", "\x04", "\x04"], ["a", undefined]],
  ["arrows and other control keys mean nothing", ["\x1b[A", "\x01", "a", "\r"], ["a\n"]],
  ["Ctrl-C gives up what was begun", ["a", "^C", "b", "\r"], ["b\n"]],
])("%s", (_, keys, given) => {
  expect(typed(...keys).given).toEqual(given);
});

it("shows what is typed, and takes it from the screen again", () => {
  expect(typed("a", "b", "\x7f", "\r").shown).toBe("ab\b \b\r\n");
});

it("leaves what no program read, and what was begun, but not what came before Ctrl-C", () => {
  expect(typed("one\rtwo\rthr").left("two\n")).toBe("two\nthr");
  expect(typed("one\r", "^C", "two\r", "x").left("one\ntwo\n")).toBe("two\nx");
});
