import type { ArrayElement, ArrayLiteral, Assignment, Subscript, Word, WordPart } from "./ast.ts";
import {
  CLOSE_PAREN,
  EQUALS,
  META,
  NAME,
  NAME_START,
  NEWLINE,
  NUL,
  OPEN_BRACKET,
  OPEN_PAREN,
  PLUS,
} from "./characters.ts";
import { readNewline } from "./here-documents.ts";
import { readAssignmentSubscript } from "./parameters.ts";
import { makeWord, PartList, wordParts } from "./parts.ts";
import { plainWord, type Reader } from "./reader.ts";
import { SyntaxFailure } from "./syntax-error.ts";
import { atWord, readBracketedWord, readWord } from "./words.ts";

/**
 * What an assignment may be at a place: `command`: before the words of a command, with blanks in the subscript and
 * arrays; `declaration`: an argument of `declare` and its kin; `argument`: after `command` or `builtin`, no arrays.
 */
export type AssignmentPlace = "command" | "declaration" | "argument";

/** Reads an assignment at `pos`, or `null` with `pos` unmoved where none starts. */
export function readAssignment(r: Reader, place: AssignmentPlace): Assignment | null {
  const start = r.pos;
  if (!NAME_START[r.code()]) return null;
  let at = start + 1;
  while (NAME[r.src.charCodeAt(at)]) at++;
  const c = r.src.charCodeAt(at);
  if (c !== EQUALS && c !== PLUS && c !== OPEN_BRACKET) return null;
  if (c === PLUS && r.src.charCodeAt(at + 1) !== EQUALS) return null;
  const { line, textStart, textPrefix } = r;
  const name = r.src.slice(start, at);
  r.textStart = start;
  r.textPrefix = "";
  r.pos = at;
  const target = readTarget(r, place === "command");
  const assignment = target && readValue(r, name, target, place);
  if (!assignment) {
    r.pos = start;
    r.line = line;
  }
  r.textStart = textStart;
  r.textPrefix = textPrefix;
  return assignment;
}

/** `[subscript]`, `=` or `+=`. */
interface Target {
  subscript: Subscript | null;
  append: boolean;
}

function readTarget(r: Reader, blanks: boolean): Target | null {
  let subscript: Subscript | null = null;
  if (r.code() === OPEN_BRACKET) {
    r.pos++;
    subscript = readAssignmentSubscript(r, blanks);
    if (!subscript) return null;
  }
  const append = r.code() === PLUS;
  if (append) r.pos++;
  if (r.code() !== EQUALS) return null;
  r.pos++;
  return { subscript, append };
}

function readValue(r: Reader, name: string, target: Target, place: AssignmentPlace): Assignment | null {
  const { subscript, append } = target;
  if (r.code() === OPEN_PAREN && place !== "argument") {
    const array = readArray(r);
    const value = atWord(r) ? withMore(array, readWord(r)) : array;
    return { type: "Assignment", name, subscript, append, value };
  }
  return { type: "Assignment", name, subscript, append, value: readValueWord(r) };
}

/** `(a b)c`: with more after the parenthesis it is a text like any other. */
function withMore({ elements, text }: ArrayLiteral, more: Word): Word {
  const list = new PartList();
  elements.forEach(({ subscript, append, value }, i) => {
    list.literal(i === 0 ? "(" : " ");
    if (subscript) {
      list.literal("[");
      addParts(list, wordParts(subscript.word));
      list.literal(append ? "]+=" : "]=");
    }
    addParts(list, wordParts(value));
  });
  list.literal(elements.length === 0 ? "()" : ")");
  addParts(list, wordParts(more));
  return makeWord(more.line, text + more.text, list.finish());
}

function readValueWord(r: Reader): Word {
  return atWord(r) ? readWord(r) : emptyWord(r.line);
}

function emptyWord(line: number): Word {
  return {
    type: "Word",
    line,
    text: "",
    parts: [],
    plain: "",
    quoted: false,
    braces: false,
    assignment: null,
  };
}

/** `( … )` at `pos`. Quotes that are open at the end of the input are an end within the array as well. */
export function readArray(r: Reader): ArrayLiteral {
  try {
    return readElements(r);
  } catch (failure) {
    if (failure instanceof SyntaxFailure && failure.error.kind === "unmatched") {
      failure.error.kind = "array-end";
      failure.error.messages.push({ line: r.lastLine, text: "syntax error: unexpected end of file" });
    }
    throw failure;
  }
}

function readElements(r: Reader): ArrayLiteral {
  const { line } = r;
  const { elements } = r;
  const base = elements.size;
  r.pos++;
  for (;;) {
    r.skipBlanks();
    const c = r.code();
    if (c === CLOSE_PAREN) break;
    if (c === NEWLINE) readNewline(r);
    else if (c === NUL) r.unmatched(")", line, "array-end");
    else if (c === OPEN_BRACKET) elements.push(readSubscripted(r) ?? element(readBracketedWord(r)));
    else if (!atWord(r)) r.unexpectedToken(r.token(), "array");
    else elements.push(element(readWord(r)));
  }
  r.pos++;
  const taken = elements.take(base);
  return { type: "ArrayLiteral", elements: taken, text: `(${taken.map(elementText).join(" ")})` };
}

function elementText({ subscript, append, value }: ArrayElement): string {
  return subscript === null ? value.text : `[${subscript.text}]${append ? "+=" : "="}${value.text}`;
}

function element(value: Word): ArrayElement {
  return { type: "ArrayElement", subscript: null, append: false, value };
}

/** `[subscript]=value` inside an array; `null` for a word that only starts with a bracket. */
function readSubscripted(r: Reader): ArrayElement | null {
  const { pos, line, textStart, textPrefix } = r;
  r.textStart = pos;
  r.textPrefix = "";
  const target = readTarget(r, true);
  r.textStart = textStart;
  r.textPrefix = textPrefix;
  if (!target) {
    r.pos = pos;
    r.line = line;
    return null;
  }
  return { type: "ArrayElement", ...target, value: readValueWord(r) };
}

/** An argument that is an assignment, as a word: its text, and parts for a command that does not look at `assignment`. */
export function assignmentWord(assignment: Assignment, line: number): Word {
  const { name, subscript, append, value } = assignment;
  const text = `${name}${subscript ? `[${subscript.text}]` : ""}${append ? "+=" : "="}${value.text}`;
  const list = new PartList();
  if (value.type === "ArrayLiteral") list.push({ type: "SingleQuoted", value: text });
  else {
    // What bash complains of is the whole argument.
    for (const part of wordParts(value)) if (part.type === "BadSubstitution") part.text = text;
    list.literal(name);
    if (subscript) {
      list.literal("[");
      addParts(list, wordParts(subscript.word));
      list.literal("]");
    }
    list.literal(append ? "+=" : "=");
    addParts(list, wordParts(value));
  }
  const word = makeWord(line, text, list.finish());
  word.assignment = assignment;
  return word;
}

function addParts(list: PartList, parts: readonly WordPart[]): void {
  for (const part of parts) {
    if (part.type === "Literal") list.literal(part.value);
    else list.push(part);
  }
}

/** `name=( … )` as an argument of `eval`, `let` or `alias`: one word of that text. */
export function readArrayArgument(r: Reader): Word | null {
  const start = r.pos;
  let at = start;
  while (!META[r.src.charCodeAt(at)] && r.src.charCodeAt(at) !== EQUALS) at++;
  if (r.src.charCodeAt(at) !== EQUALS || r.src.charCodeAt(at + 1) !== OPEN_PAREN) return null;
  const assignment = readAssignment(r, "declaration");
  if (!assignment) return null;
  const { value } = assignment;
  const text =
    value.type === "ArrayLiteral" ? r.src.slice(start, at + 1) + value.text : r.src.slice(start, r.pos);
  const word = plainWord(text, r.line);
  word.parts = [{ type: "SingleQuoted", value: text }];
  return word;
}
