import { ShellError } from "../errors.ts";
import type {
  Arithmetic,
  CaseOperation,
  ParameterOperation,
  RemoveOperation,
  ReplaceOperation,
  SubstringOperation,
  Word,
} from "../parse/ast.ts";
import { wordParts } from "../parse/parts.ts";
import { AssocArray, IndexedArray } from "../state/arrays.ts";
import { isName } from "../state/variable.ts";
import type { ExpansionHost } from "./host.ts";
import { type Matcher, matcherFor } from "./matching.ts";
import type { Found, Reference } from "./parameter.ts";
import { PatternSink, separatorsOf } from "./sink.ts";
import { expandArithmetic, expandParts, expandPattern, expandText } from "./word.ts";

/** The function that `# % / ^ ,` operators apply to a text; the pattern is expanded once for all elements. */
export function applyOperation(host: ExpansionHost, operation: ParameterOperation): (text: string) => string {
  switch (operation.type) {
    case "Remove":
      return remover(host, operation);
    case "Replace":
      return replacer(host, operation);
    case "Case":
      return caseChanger(host, operation);
    default:
      return (text) => text;
  }
}

function remover(host: ExpansionHost, operation: RemoveOperation): (text: string) => string {
  const pattern = expandPattern(host, operation.pattern);
  if (pattern === "") return (text) => text;
  const matcher = matcherFor(host, pattern);
  const longest = operation.operator.length === 2;
  if (operation.operator[0] === "#")
    return (text) => {
      const end = matcher.prefix(text, longest);
      return end < 0 ? text : text.slice(end);
    };
  return (text) => {
    const start = matcher.suffix(text, longest);
    return start < 0 ? text : text.slice(0, start);
  };
}

function replacer(host: ExpansionHost, operation: ReplaceOperation): (text: string) => string {
  const pattern = expandPattern(host, operation.pattern);
  const replacement = replacementOf(host, operation.replacement);
  const { anchor } = operation;
  if (pattern === "" && (anchor === "" || anchor === "/")) return (text) => text;
  const matcher = matcherFor(host, pattern, host.state.shopt.nocasematch);
  if (anchor === "#")
    return (text) => {
      const end = pattern === "" ? 0 : matcher.prefix(text, true);
      return end < 0 ? text : replacement(text.slice(0, end)) + text.slice(end);
    };
  if (anchor === "%")
    return (text) => {
      const start = pattern === "" ? text.length : matcher.suffix(text, true);
      return start < 0 ? text : text.slice(0, start) + replacement(text.slice(start));
    };
  return (text) => replaceIn(matcher, text, anchor === "/", replacement);
}

function replaceIn(
  matcher: Matcher,
  text: string,
  all: boolean,
  replacement: (match: string) => string,
): string {
  if (text === "") return matcher.prefix("", true) >= 0 ? replacement("") : "";
  let out = "";
  let at = 0;
  while (at <= text.length) {
    const match = matcher.find(text, at);
    if (!match || (match.start === match.end && match.start >= text.length)) break;
    out += text.slice(at, match.start) + replacement(text.slice(match.start, match.end));
    if (match.end === match.start) {
      out += text[match.start] ?? "";
      at = match.end + 1;
    } else at = match.end;
    if (!all) break;
  }
  return out + text.slice(at);
}

/** With `patsub_replacement` an unquoted `&` is the match and a backslash keeps it. */
function replacementOf(host: ExpansionHost, word: Word | null): (match: string) => string {
  if (word === null) return () => "";
  const plain = word.plain;
  if (plain !== null && !plain.includes("&")) return () => plain;
  if (!host.state.shopt.patsub_replacement) {
    const text = expandText(host, word);
    return () => text;
  }
  const sink = new PatternSink(separatorsOf(host.vars.text("IFS")), (text) => text.replace(/[\\&]/g, "\\$&"));
  expandParts(host, wordParts(word), sink, { quoted: false, operand: false, tilde: "word" });
  const template = sink.text;
  if (!/[\\&]/.test(template)) return () => template;
  return (match) => template.replace(/\\([\\&])|&/g, (_whole, escaped) => escaped ?? match);
}

function caseChanger(host: ExpansionHost, operation: CaseOperation): (text: string) => string {
  const { operator } = operation;
  // Extended patterns count here whatever `extglob` says.
  const pattern = operation.pattern === null ? "" : expandPattern(host, operation.pattern);
  const none = pattern === "" && !operation.pattern?.quoted;
  const matcher = none ? undefined : matcherFor(host, pattern, false, true);
  const change = (ch: string): string => {
    if (matcher && !matcher.test(ch)) return ch;
    if (operator[0] === "^") return upper(ch);
    if (operator[0] === ",") return lower(ch);
    return ch === lower(ch) ? upper(ch) : lower(ch);
  };
  if (operator.length === 2) return (text) => [...text].map(change).join("");
  return (text) => {
    const first = text === "" ? "" : String.fromCodePoint(text.codePointAt(0) as number);
    return change(first) + text.slice(first.length);
  };
}

/** One character to one character, as towupper does. */
function upper(ch: string): string {
  const up = ch.toUpperCase();
  return up.length === ch.length ? up : ch;
}

function lower(ch: string): string {
  const low = ch.toLowerCase();
  return low.length === ch.length ? low : ch;
}

/** `${x:offset:length}` of something. */
export function cutOut(
  host: ExpansionHost,
  { offset: from, length: size }: SubstringOperation,
  reference: Reference,
  found: Found,
): Found {
  const shown = isName(reference.name) ? reference.shown : reference.name;
  const offset = integerFor(host, from, shown);
  // A length is not looked at where the offset is beyond the end.
  const beyond = isBeyond(host, reference, found, offset);
  const length = size === null || beyond ? undefined : integerFor(host, size, shown);
  return slice(host, reference, found, offset, length, size?.text ?? "");
}

/** Whether an offset of `${x:offset}` leads outside. */
function isBeyond(host: ExpansionHost, { name }: Reference, found: Found, offset: number): boolean {
  if (found.list === undefined) return Math.abs(offset) > countCharacters(found.text ?? "");
  if (!isName(name)) return offset > found.list.length + 1 || offset < -(found.list.length + 1);
  const value = host.vars.get(name)?.value;
  const end = value instanceof IndexedArray ? value.end : found.list.length;
  return offset > end || (offset === end && value instanceof IndexedArray) || offset < -end;
}

/** A number of `${x:offset:length}`; what is wrong with it is told of `x`. */
function integerFor(host: ExpansionHost, node: Arithmetic, shown: string): number {
  const text = expandArithmetic(host, node);
  try {
    return host.integer(text);
  } catch (error) {
    if (error instanceof ShellError && error.code === "arithmetic")
      throw new ShellError("arithmetic", `${shown}: ${error.message}`);
    throw error;
  }
}

/** Characters of a text; a byte that is not UTF-8 counts as one. */
export function countCharacters(text: string): number {
  if (!/[\ud800-\udbff]/.test(text)) return text.length;
  let count = 0;
  for (const _ of text) count++;
  return count;
}

/** `${x:offset:length}` of a text, of positional parameters (where 0 is `$0`) or of array elements (by index). */
function slice(
  host: ExpansionHost,
  reference: Reference,
  found: Found,
  offset: number,
  length: number | undefined,
  lengthText: string,
): Found {
  if (!found.list)
    return { text: found.text === undefined ? "" : sliceText(found.text, offset, length, lengthText) };
  let list = found.list;
  let from = offset;
  if (reference.name === "@" || reference.name === "*") {
    if (offset < 0) {
      from = list.length + 1 + offset;
      if (from < 0) return { list: [] };
    }
    list = [host.state.argv0, ...list];
  } else {
    const value = host.vars.get(reference.name)?.value;
    if (value instanceof IndexedArray) {
      const start = offset < 0 ? value.end + offset : offset;
      if (start < 0) return { list: [] };
      from = value.indices().findIndex((index) => index >= start);
      if (from < 0) from = list.length;
    } else if (value instanceof AssocArray)
      from = Math.max(0, offset < 0 ? list.length + offset : offset - 1);
    else if (offset < 0) from = list.length + offset;
  }
  if (from < 0) return { list: [] };
  if (length !== undefined && length < 0)
    throw new ShellError("expansion", `${lengthText}: substring expression < 0`);
  return { list: list.slice(from, length === undefined ? undefined : from + length) };
}

function sliceText(text: string, offset: number, length: number | undefined, lengthText: string): string {
  const chars = /[\ud800-\udbff]/.test(text) ? [...text] : undefined;
  const size = chars ? chars.length : text.length;
  const from = offset < 0 ? size + offset : offset;
  if (from < 0 || from > size) return "";
  let to = size;
  if (length !== undefined) {
    to = length < 0 ? size + length : Math.min(size, from + length);
    if (to < from) throw new ShellError("expansion", `${lengthText}: substring expression < 0`);
  }
  return chars ? chars.slice(from, to).join("") : text.slice(from, to);
}
