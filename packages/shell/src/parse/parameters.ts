import type {
  BadSubstitution,
  NamesExpansion,
  Parameter,
  ParameterOperation,
  Subscript,
  WordPart,
} from "./ast.ts";
import {
  BANG,
  CLOSE_BRACE,
  CLOSE_BRACKET,
  DIGIT,
  GREATER,
  HASH,
  LESS,
  META,
  NAME,
  NAME_START,
  NEWLINE,
  NUL,
  OPEN_BRACKET,
  OPERAND_STOP,
  SPECIAL_PARAMETER,
  SUBSCRIPT_STOP,
} from "./characters.ts";
import { readOperation } from "./parameter-operations.ts";
import { PartList } from "./parts.ts";
import { readQuotedAngle } from "./quotes.ts";
import type { Reader } from "./reader.ts";
import { readProcessSubstitution } from "./substitutions.ts";
import { atProcessSubstitution, innerWord, readQuoting, readRun } from "./words.ts";

/** `${…}` at `pos`. `quoted`: inside double quotes or a here-document. */
export function readBraced(r: Reader, quoted: boolean): Parameter | NamesExpansion | BadSubstitution {
  const { line } = r;
  const from = r.textLength();
  r.pos += 2;
  r.joinLines(0);
  const parsed = readParameter(r, quoted, line);
  let of: Parameter | null = null;
  if (parsed?.type === "Parameter" && parsed.operation?.type === "Transform") {
    if (r.code() !== CLOSE_BRACE || parsed.operation.operator === "none") of = { ...parsed, operation: null };
  }
  if (parsed && !of && r.code() === CLOSE_BRACE) {
    r.pos++;
    parsed.text = r.textFrom(from);
    return parsed.type === "Parameter" ? parsed : names(parsed);
  }
  skipToBrace(r, line);
  return { type: "BadSubstitution", text: r.textFrom(from), of };
}

/** What {@link readParameter} found: `prefix*` keeps its text only until here. */
type Found = Parameter | (NamesExpansion & { text: string });

function names({ prefix, star }: NamesExpansion): NamesExpansion {
  return { type: "Names", prefix, star };
}

/** Everything between the braces; `null` or a `pos` before no `}`: not a valid parameter expansion. */
function readParameter(r: Reader, quoted: boolean, line: number): Found | null {
  let indirect = false;
  const c = r.code();
  r.joinLines(1);
  if (c === HASH) {
    const length = readLength(r);
    if (length) return length;
  } else if (c === BANG && namesParameter(r, 1)) {
    r.pos++;
    indirect = true;
  }
  const name = readParameterName(r);
  if (name === null) return null;
  const next = r.code();
  // `${!#x}` is no name, where `${!#}` and `${!#:0:1}` are.
  if (indirect && (name === "#" || name === "?") && NAME[next]) return null;
  const plainName = NAME_START[name.charCodeAt(0)] === 1;
  const subscript = next === OPEN_BRACKET && plainName ? readSubscript(r) : null;
  if (r.code() === CLOSE_BRACE) {
    const all = indirect && subscript !== null && (subscript.text === "@" || subscript.text === "*");
    return parameter(name, subscript, indirect && !all, all ? { type: "Keys" } : null);
  }
  if (indirect && plainName && (next === 64 || next === 42) && r.codeAt(1) === CLOSE_BRACE) {
    r.pos++;
    return { type: "Names", prefix: name, star: next === 42, text: "" };
  }
  // `$#` has no case to change, and of the other operators some need an operand.
  if (name === "#" && /[\^,~]/.test(r.src[r.pos]!)) return null;
  if (name === "#" && /^[/%=+]}/.test(r.src.slice(r.pos, r.pos + 2))) return null;
  const operation = readOperation(r, quoted, line);
  return operation && parameter(name, subscript, indirect, operation);
}

function parameter(
  name: string,
  subscript: Subscript | null,
  indirect: boolean,
  operation: ParameterOperation | null,
): Parameter {
  return { type: "Parameter", text: "", name, subscript, indirect, operation };
}

/** `${#name}`; `null` with `pos` unmoved where `#` is the parameter itself. */
function readLength(r: Reader): Parameter | null {
  const { pos } = r;
  r.pos++;
  const name = r.code() === CLOSE_BRACE ? null : readParameterName(r);
  if (name !== null) {
    const indexed = r.code() === OPEN_BRACKET && NAME_START[name.charCodeAt(0)] === 1;
    const subscript = indexed ? readSubscript(r) : null;
    if (r.code() === CLOSE_BRACE) return parameter(name, subscript, false, { type: "Length" });
  }
  r.pos = pos;
  return null;
}

/** Whether the character at an offset starts a parameter that `!` can go through. */
function namesParameter(r: Reader, offset: number): boolean {
  const c = r.codeAt(offset);
  if (NAME_START[c] || DIGIT[c]) return true;
  if (c === HASH || c === 64 || c === 42 || c === 63) return true;
  return (c === 36 || c === BANG || c === 45) && r.codeAt(offset + 1) === CLOSE_BRACE;
}

function readParameterName(r: Reader): string | null {
  const { pos } = r;
  const c = r.code();
  if (NAME_START[c]) {
    r.pos++;
    for (;;) {
      while (NAME[r.code()]) r.pos++;
      if (r.code() !== 92 || r.codeAt(1) !== NEWLINE) break;
      r.joinLines(0);
    }
  } else if (DIGIT[c]) r.pos = r.digitsEnd();
  else if (SPECIAL_PARAMETER[c]) r.pos++;
  else return null;
  const name = r.src.slice(pos, r.pos);
  r.joinLines(0);
  return name;
}

/**
 * `[…]` at `pos` inside braces. A raw `}` ends the whole expansion, which is then bad: `pos` stays before it.
 */
function readSubscript(r: Reader): Subscript | null {
  const { pos } = r;
  r.pos++;
  const subscript = subscriptUpTo(r, true);
  if (subscript) return subscript;
  r.pos = pos;
  return null;
}

/** Reads up to `]` and takes it; `null` where none comes (for `${…}`: before a `}`). */
function subscriptUpTo(r: Reader, braced: boolean): Subscript | null {
  let found = true;
  const word = innerWord(r, (reader) => {
    const list = new PartList();
    found = readSubscriptRuns(reader, list, braced);
    return list.finish();
  });
  if (!found) return null;
  r.pos++;
  return { type: "Subscript", text: word.text, word };
}

function readSubscriptRuns(r: Reader, list: PartList, braced: boolean): boolean {
  let depth = 0;
  for (;;) {
    const c = readRun(r, list, braced ? BRACED_SUBSCRIPT_STOP : SUBSCRIPT_STOP);
    if (c === CLOSE_BRACKET && depth === 0) return true;
    if (c === NUL || c === CLOSE_BRACE) return false;
    if (c === NEWLINE) r.line++;
    else if (c === LESS || c === GREATER) {
      readQuotedAngle(r, list);
      continue;
    } else if (c === OPEN_BRACKET) depth++;
    else if (c === CLOSE_BRACKET) depth--;
    else {
      readQuoting(r, list, c);
      continue;
    }
    list.literal(r.src[r.pos]!);
    r.pos++;
  }
}

const BRACED_SUBSCRIPT_STOP = SUBSCRIPT_STOP.slice();
for (const c of [CLOSE_BRACE, LESS, GREATER]) BRACED_SUBSCRIPT_STOP[c] = 1;

/**
 * The subscript of an assignment, `pos` after the `[`, through its `]`. `blanks`: spaces and other metacharacters may stand in
 * it, as they may at the start of a command; else `null` where one does.
 */
export function readAssignmentSubscript(r: Reader, blanks: boolean): Subscript | null {
  if (!blanks) {
    // A look ahead is enough to refuse: quoted blanks are rare, and then the word is none of a name and a subscript.
    let at = r.pos;
    while (!META[r.src.charCodeAt(at)] && r.src.charCodeAt(at) !== CLOSE_BRACKET) at++;
    if (META[r.src.charCodeAt(at)] && !/["'$`\\]/.test(r.src.slice(r.pos, at))) return null;
  }
  const { line } = r;
  const subscript = subscriptUpTo(r, false);
  if (!subscript && blanks) r.unmatched("]", line);
  return subscript;
}

/** Goes on to the end of an expansion that cannot be understood, as far as quotes and substitutions let it. */
function skipToBrace(r: Reader, line: number): void {
  const ignored = new PartList();
  for (;;) {
    const c = readRun(r, ignored, OPERAND_STOP);
    if (c === CLOSE_BRACE) break;
    if (c === NUL) r.unmatched("}", line);
    if (c === NEWLINE) {
      r.pos++;
      r.line++;
    } else if (c === LESS || c === GREATER) readAngle(r, ignored);
    else readQuoting(r, ignored, c);
  }
  r.pos++;
}

/** `<` or `>` in an operand: the start of a process substitution, or itself. */
function readAngle(r: Reader, list: PartList): void {
  if (atProcessSubstitution(r, r.code())) list.push(readProcessSubstitution(r));
  else readQuotedAngle(r, list);
}

/** Parts of an operand outside double quotes, up to a character of `stops` that is not a quote. */
export function readOperandParts(r: Reader, stops: Uint8Array, line: number): WordPart[] {
  const list = new PartList();
  for (;;) {
    const c = readRun(r, list, stops);
    if (c === NUL) r.unmatched("}", line);
    if (c === NEWLINE) {
      list.literal("\n");
      r.pos++;
      r.line++;
    } else if (c === CLOSE_BRACE || c === 47) return list.finish();
    else if (c === LESS || c === GREATER) readAngle(r, list);
    else readQuoting(r, list, c);
  }
}
