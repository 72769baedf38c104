import type { HereDocument, Redirect, RedirectOperator } from "./ast.ts";
import {
  AMPERSAND,
  CLOSE_BRACE,
  DIGIT,
  GREATER,
  LESS,
  MINUS,
  NAME_START,
  OPEN_BRACE,
  OPEN_PAREN,
} from "./characters.ts";
import { unquote } from "./parts.ts";
import { plainWord, type Reader } from "./reader.ts";
import { NONE } from "./stack.ts";
import { atWord, readWord } from "./words.ts";

const OPERATOR = /(?:<<<|<<-|&>>|<<|>>|>\||<>|<&|>&|&>|<|>)/y;

/** Reads the redirect at `pos`, its number or `{name}` included; `null` where none starts. */
export function readRedirect(r: Reader): Redirect | null {
  const c = r.code();
  if (c === LESS || c === GREATER)
    return r.codeAt(1) === OPEN_PAREN ? null : operatorAt(r, r.pos, null, null);
  if (c === AMPERSAND) return r.codeAt(1) === GREATER ? operatorAt(r, r.pos, null, null) : null;
  if (DIGIT[c]) return readNumbered(r);
  return c === OPEN_BRACE && NAME_START[r.codeAt(1)] ? readVariable(r) : null;
}

function atOperator(r: Reader, at: number): boolean {
  const c = r.src.charCodeAt(at);
  return (c === LESS || c === GREATER) && r.src.charCodeAt(at + 1) !== OPEN_PAREN;
}

function readNumbered(r: Reader): Redirect | null {
  const end = r.digitsEnd();
  if (!atOperator(r, end)) return null;
  return operatorAt(r, end, Number(r.src.slice(r.pos, end)), null);
}

const VARIABLE = /\{([A-Za-z_][A-Za-z0-9_]*(?:\[[^\]\s]+\])?)\}/y;

function readVariable(r: Reader): Redirect | null {
  VARIABLE.lastIndex = r.pos;
  const match = VARIABLE.exec(r.src);
  if (!match) return null;
  const end = r.pos + match[0].length;
  return r.src.charCodeAt(end - 1) === CLOSE_BRACE && atOperator(r, end)
    ? operatorAt(r, end, null, match[1]!)
    : null;
}

function operatorAt(r: Reader, at: number, fd: number | null, fdVariable: string | null): Redirect {
  const { line } = r;
  r.pos = at;
  r.joinLines(1);
  r.joinLines(2);
  OPERATOR.lastIndex = at;
  const operator = OPERATOR.exec(r.src)![0] as RedirectOperator;
  r.pos = at + operator.length;
  r.skipBlanks();
  const duplicates = operator === "<&" || operator === ">&";
  if (duplicates && r.code() === MINUS) {
    // `-` right after `<&` is a token of its own, whatever follows.
    r.pos++;
    return redirect(line, operator, fd, fdVariable, "-", r);
  }
  if (!atWord(r)) r.unexpected();
  // Digits right before another redirect are its number, and no word.
  if (!duplicates && DIGIT[r.code()] && atOperator(r, r.digitsEnd()))
    r.unexpectedToken(r.src.slice(r.pos, r.digitsEnd()));
  const target = readWord(r);
  let hereDocument: HereDocument | null = null;
  if (operator === "<<" || operator === "<<-") {
    // The body replaces the empty word when the line is complete.
    const document: HereDocument = {
      type: "HereDocument",
      delimiter: unquote(target),
      quoted: target.quoted,
      body: plainWord("", line),
    };
    if (r.pending.length >= HERE_DOCUMENTS) r.fail("end", "maximum here-document count exceeded");
    r.pending.push({ document, strip: operator === "<<-", line });
    hereDocument = document;
  }
  return { type: "Redirect", line, operator, fd, fdVariable, target, hereDocument };
}

/** How many may wait for the end of one line. */
const HERE_DOCUMENTS = 16;

function redirect(
  line: number,
  operator: RedirectOperator,
  fd: number | null,
  fdVariable: string | null,
  target: string,
  r: Reader,
): Redirect {
  return {
    type: "Redirect",
    line,
    operator,
    fd,
    fdVariable,
    target: plainWord(target, r.line),
    hereDocument: null,
  };
}

/** All redirects at `pos`, as after a compound command. */
export function readRedirects(r: Reader): Redirect[] {
  let list: Redirect[] = NONE;
  for (;;) {
    r.skipBlanks();
    const next = readRedirect(r);
    if (!next) return list;
    if (list === NONE) list = [next];
    else list.push(next);
  }
}
