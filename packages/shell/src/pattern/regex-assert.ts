import { classTest } from "./character-class.ts";
import type { Assertion } from "./regex-syntax.ts";

/** Offsets in UTF-16 units: start and end of the match, then of each group; -1 for a group that took no part. */
export type Captures = number[];

const isWord = classTest("word")!;

/** Whether an assertion holds at a position. */
export function holds(kind: Assertion, text: string, at: number): boolean {
  if (kind === "^") return at === 0;
  if (kind === "$") return at === text.length;
  const before = at > 0 && isWord(text.charCodeAt(at - 1));
  const after = at < text.length && isWord(text.codePointAt(at)!);
  switch (kind) {
    case "b":
      return before !== after;
    case "B":
      return before === after;
    case "<":
      return !before && after;
    case ">":
      return before && !after;
  }
}
