import { BACKSLASH, GREATER, LESS, META, NEWLINE, OPEN_PAREN, RESERVED_START } from "./characters.ts";
import type { Reader } from "./reader.ts";

export type ReservedWord =
  | "if"
  | "then"
  | "else"
  | "elif"
  | "fi"
  | "case"
  | "esac"
  | "for"
  | "select"
  | "while"
  | "until"
  | "do"
  | "done"
  | "in"
  | "function"
  | "time"
  | "coproc"
  | "{"
  | "}"
  | "!"
  | "[["
  | "]]";

/** All of them, in the order in which bash lists them. */
export const RESERVED_WORDS: readonly ReservedWord[] = [
  "if",
  "then",
  "else",
  "elif",
  "fi",
  "case",
  "esac",
  "for",
  "select",
  "while",
  "until",
  "do",
  "done",
  "in",
  "function",
  "time",
  "{",
  "}",
  "!",
  "[[",
  "]]",
  "coproc",
];

const RESERVED: ReadonlyMap<string, ReservedWord> = new Map(RESERVED_WORDS.map((word) => [word, word]));
const LONGEST = "function".length;

/** Reserved words that end a list; none can start a command. */
const CLOSING: ReadonlySet<string> = new Set([
  "then",
  "else",
  "elif",
  "fi",
  "esac",
  "do",
  "done",
  "}",
  "in",
  "]]",
]);

/** The reserved word at `pos`, which is not taken; `null` where there is none. Call it only where one counts. */
export function reservedAt(r: Reader): ReservedWord | null {
  if (!RESERVED_START[r.code()]) return null;
  // Each level of the grammar asks again about the word that starts a command.
  if (r.reservedPos === r.pos) return r.reserved;
  const word = lookUp(r);
  r.reservedPos = r.pos;
  r.reserved = word;
  return word;
}

function lookUp(r: Reader): ReservedWord | null {
  const { src, pos } = r;
  let at = pos + 1;
  const limit = pos + LONGEST;
  while (at <= limit && RESERVED_START[src.charCodeAt(at)]) at++;
  const c = src.charCodeAt(at);
  if ((c === LESS || c === GREATER) && src.charCodeAt(at + 1) === OPEN_PAREN) return null;
  if (!META[c]) {
    if (c !== BACKSLASH || src.charCodeAt(at + 1) !== NEWLINE) return null;
    r.joinLines(at - pos);
    return lookUp(r);
  }
  const word = RESERVED.get(src.slice(pos, at));
  if (word === undefined) return null;
  // `!(` is a pattern where extended patterns are on.
  if (word === "!" && c === OPEN_PAREN && r.extglob) return null;
  return word;
}

export function closesList(word: ReservedWord | null): boolean {
  return word !== null && CLOSING.has(word);
}

/** Takes the reserved word `word`, or fails on what stands there instead. */
export function expectReserved(r: Reader, word: ReservedWord): void {
  r.skipBlanks();
  if (reservedAt(r) !== word) r.unexpected();
  r.pos += word.length;
}
