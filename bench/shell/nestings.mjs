// Random texts for parsers: some are scripts, some only nearly.
import { Writer } from "./scripts.mjs";

const TOKENS = [
  "if ",
  "then ",
  "fi",
  "else ",
  "while ",
  "do ",
  "done",
  "for x in a",
  "case x in ",
  "esac",
  "a) ",
  "b|c) ",
  ";;",
  ";",
  "\n",
  "&",
  "&&",
  "||",
  "|",
  "(",
  ")",
  "{ ",
  "}",
  "((",
  "))",
  "[[ ",
  " ]]",
  "$(",
  "`",
  "${x",
  "${x:-",
  "'",
  '"',
  "\\",
  "x",
  "echo ",
  "a=b ",
  "a=(",
  "f() ",
  "function g ",
  "<<E\n",
  "E\n",
  "<",
  ">",
  "2>&1",
  "!",
  " # c\n",
  "$((",
  "1+",
  "-n ",
  " == ",
  "<(",
  "time ",
  "select x in",
  "coproc ",
  "|&",
  "&>",
  "<<<",
  "@(",
  "until ",
  "elif ",
  ";&",
];

/** A heap of tokens that may or may not be a script. */
export function tokensOf(seed) {
  const writer = new Writer(seed);
  return writer.many(2, 9, () => writer.pick(TOKENS)).join(writer.maybe(50) ? "" : " ");
}
const PAIRS = [
  ["$(", ")"],
  ["(", ")"],
  ["{ ", ";}"],
  ['"', '"'],
  ["${x:-", "}"],
  ["$((", "))"],
  ["`", "`"],
  ["if ", "; then x; fi"],
  ["while ", "; do x; done"],
  ["case ", " in a) x;; esac"],
  ["[[ ", " ]]"],
  ["<(", ")"],
  ["for i in ", "; do x; done"],
  ["'", "'"],
  ["a=(", ")"],
  ["case x in (", ") y;; esac"],
  ["f() { ", "; }"],
  ["echo ", ""],
  ["! ", ""],
  ["x && ", ""],
  ["time ", ""],
  ["((", "))"],
  ["$'", "'"],
  ["${x/", "/y}"],
  ["${x[", "]}"],
  ["cat <<E\n", "\nE\n"],
  ["\\", ""],
  ["{ echo ", "\n}"],
];

/** Constructs within constructs. */
export function nestingOf(seed) {
  const writer = new Writer(seed);
  let text = writer.pick(["x", "a b", "", "1", "$x", "a#b", "#", "\n", "y=1", "-n z", "a | b", "a; b"]);
  for (let depth = 1 + writer.below(5); depth > 0; depth--) {
    const [open, close] = writer.pick(PAIRS);
    text = `${open}${text}${close}`;
    if (writer.maybe(15)) text += writer.pick([" ", "\n", "; ", " y", "z"]);
  }
  return text;
}
