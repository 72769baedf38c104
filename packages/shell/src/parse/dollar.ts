import { readAnsiQuoted } from "./ansi-quotes.ts";
import type { Parameter } from "./ast.ts";
import {
  BACKSLASH,
  DIGIT,
  DOUBLE_QUOTE,
  NAME,
  NAME_START,
  OPEN_BRACE,
  OPEN_BRACKET,
  OPEN_PAREN,
  SINGLE_QUOTE,
  SPECIAL_PARAMETER,
} from "./characters.ts";
import { readBraced } from "./parameters.ts";
import type { PartList } from "./parts.ts";
import { readDoubleQuoted } from "./quotes.ts";
import type { Reader } from "./reader.ts";
import { readCommandSubstitution, readDoubleParenthesis, readOldArithmetic } from "./substitutions.ts";

/** What the `$` at `pos` starts; a `$` that starts nothing is literal. */
export function readDollar(r: Reader, list: PartList, quoted: boolean): void {
  let c = r.codeAt(1);
  if (c === BACKSLASH) {
    r.joinLines(1);
    c = r.codeAt(1);
  }
  if (NAME_START[c]) list.push(readName(r));
  else if (c === OPEN_BRACE) list.push(readBraced(r, quoted));
  else if (c === OPEN_PAREN) {
    r.joinLines(2);
    list.push(r.codeAt(2) === OPEN_PAREN ? readDoubleParenthesis(r) : readCommandSubstitution(r));
  } else if (DIGIT[c] || SPECIAL_PARAMETER[c]) {
    list.push(simpleParameter(r.src.slice(r.pos, r.pos + 2)));
    r.pos += 2;
  } else if (c === SINGLE_QUOTE && !quoted) list.push(readAnsiQuoted(r, false));
  else if (c === DOUBLE_QUOTE && !quoted) {
    r.pos++;
    list.push(readDoubleQuoted(r, true));
  } else if (c === OPEN_BRACKET) list.push(readOldArithmetic(r));
  else {
    list.literal("$");
    r.pos++;
  }
}

function readName(r: Reader): Parameter {
  const start = r.pos;
  let at = start + 2;
  for (;;) {
    while (NAME[r.src.charCodeAt(at)]) at++;
    if (r.src.charCodeAt(at) !== BACKSLASH || r.src.charCodeAt(at + 1) !== 10) break;
    r.joinLines(at - r.pos);
  }
  r.pos = at;
  return simpleParameter(r.src.slice(start, at));
}

function simpleParameter(text: string): Parameter {
  return { type: "Parameter", text, name: text.slice(1), subscript: null, indirect: false, operation: null };
}
