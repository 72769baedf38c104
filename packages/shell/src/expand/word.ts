import { ShellError } from "../errors.ts";
import type { Arithmetic, DoubleQuoted, Parameter, Word, WordPart } from "../parse/ast.ts";
import { wordParts } from "../parse/parts.ts";
import { Attr } from "../state/variable.ts";
import { expandBraces } from "./brace.ts";
import { expandPath } from "./glob.ts";
import type { ExpansionHost } from "./host.ts";
import { expandParameter, isSet } from "./parameter.ts";
import { escapePattern } from "./quote.ts";
import { FieldSink, PatternSink, type Separators, type Sink, separatorsOf, TextSink } from "./sink.ts";
import { expandTilde } from "./tilde.ts";

/** How the literals of a word are read. */
export interface PartMode {
  /** Between double quotes. */
  quoted: boolean;
  /** The operand of an unquoted `${x:-…}`: literals are split too. */
  operand: boolean;
  /** Tildes after `:` and `=` count. */
  tilde: "word" | "assignment" | "none";
}

const PLAIN: PartMode = { quoted: false, operand: false, tilde: "word" };
const ASSIGNMENT: PartMode = { quoted: false, operand: false, tilde: "assignment" };
const QUOTED: PartMode = { quoted: true, operand: false, tilde: "none" };
const OPERAND: PartMode = { quoted: false, operand: true, tilde: "word" };

function separators(host: ExpansionHost): Separators {
  return separatorsOf(host.vars.text("IFS"));
}

/** What words were expanded to before paths are looked for, which is done when all of them are. */
export interface Fields {
  readonly texts: string[];
  /** Patterns among them, by position. */
  globs: Map<number, string> | undefined;
}

/** Expands words to the arguments they stand for: all expansions, splitting, globbing, quote removal. */
export function expandFields(host: ExpansionHost, words: readonly Word[]): string[] {
  const out: Fields = { texts: [], globs: undefined };
  for (const word of words) expandInto(host, word, out);
  return out.globs === undefined ? out.texts : globFields(host, out);
}

/** The fields of a word without their paths. */
export function expandBeforePaths(host: ExpansionHost, word: Word): Fields {
  const out: Fields = { texts: [], globs: undefined };
  expandInto(host, word, out);
  return out;
}

/** Puts paths where the fields have patterns. */
export function globFields(host: ExpansionHost, { texts, globs }: Fields): string[] {
  if (globs === undefined || host.state.set.noglob) return texts;
  const out: string[] = [];
  texts.forEach((text, index) => {
    const pattern = globs.get(index);
    if (pattern === undefined) out.push(text);
    else expandPath(host, pattern, text, out);
  });
  return out;
}

function expandInto(host: ExpansionHost, word: Word, out: Fields): void {
  if (word.plain !== null) {
    out.texts.push(word.plain);
    return;
  }
  if (word.braces && host.state.set.braceexpand) {
    for (const parts of expandBraces(wordParts(word))) fieldsOf(host, parts, word, out);
    return;
  }
  fieldsOf(host, wordParts(word), word, out);
}

function fieldsOf(host: ExpansionHost, parts: readonly WordPart[], word: Word, out: Fields): void {
  const simple = parts.length === 1 ? quickText(host, parts[0] as WordPart) : undefined;
  if (simple !== undefined) {
    out.texts.push(simple);
    return;
  }
  const sink = new FieldSink(separators(host));
  expandParts(host, parts, sink, isAssignmentLike(word) && !host.state.set.posix ? ASSIGNMENT : PLAIN);
  for (const field of sink.end()) {
    if (field.pattern !== undefined) {
      out.globs ??= new Map();
      out.globs.set(out.texts.length, field.pattern);
    }
    out.texts.push(field.text);
  }
}

/** `name=` at the start of a word: tildes after `=` and `:` count. */
function isAssignmentLike(word: Word): boolean {
  const first = wordParts(word)[0];
  return first?.type === "Literal" && first.value.includes("~") && /^[A-Za-z_]\w*\+?=/.test(first.value);
}

/** `"$x"` of a plain variable: one field, nothing to split. */
function quickText(host: ExpansionHost, part: WordPart): string | undefined {
  if (part.type !== "DoubleQuoted" || part.parts.length !== 1) return undefined;
  const inner = part.parts[0] as WordPart;
  return inner.type === "Parameter" ? quickValue(host, inner) : undefined;
}

function quickValue(host: ExpansionHost, part: Parameter): string | undefined {
  if (part.operation !== null || part.subscript !== null || part.indirect) return undefined;
  const variable = host.vars.get(part.name);
  if (!variable || variable.attrs & Attr.NAMEREF || variable.dynamic) return undefined;
  return typeof variable.value === "string" ? variable.value : undefined;
}

/** Expands a word to one text: no braces, no splitting, no globbing. `tilde`: also after `=` and `:` (as in an assignment), or not at all. */
export function expandText(host: ExpansionHost, word: Word, tilde: boolean | "none" = false): string {
  if (word.plain !== null) return word.plain;
  const parts = wordParts(word);
  if (parts.length === 1) {
    const only = parts[0] as WordPart;
    const quick = only.type === "Parameter" ? quickValue(host, only) : quickText(host, only);
    if (quick !== undefined) return quick;
  }
  const sink = new TextSink(separators(host));
  expandParts(host, parts, sink, tilde === "none" ? LITERAL : tilde ? VALUE : PLAIN);
  return sink.text;
}

const VALUE: PartMode = { quoted: false, operand: false, tilde: "assignment" };
const LITERAL: PartMode = { quoted: false, operand: false, tilde: "none" };

/** Expands a word to a glob pattern in which quoted characters are escaped: those that need it, or all of them, as `set -x` shows it. */
export function expandPattern(host: ExpansionHost, word: Word, all = false): string {
  if (word.plain !== null && !word.quoted && !word.plain.includes("\\")) return word.plain;
  const sink = new PatternSink(separators(host), all ? escapeAll : escapePattern);
  expandParts(host, wordParts(word), sink, PLAIN);
  return sink.text;
}

function escapeAll(text: string): string {
  return text.replace(/./gsu, "\\$&");
}

/** Expands the right side of `=~`: quoted characters are escaped for a regex. */
export function expandRegex(host: ExpansionHost, word: Word): string {
  const sink = new PatternSink(separators(host), (text) => text.replace(/[.[\]{}()\\*+?^$|]/g, "\\$&"));
  expandParts(host, wordParts(word), sink, PLAIN);
  return sink.text;
}

/** The text of an arithmetic expression after its expansions. */
export function expandArithmetic(host: ExpansionHost, node: Arithmetic): string {
  if (node.word === null) return node.text;
  const sink = new TextSink(separators(host));
  const parts = wordParts(node.word);
  const [only] = parts;
  if (node.text.includes("[") && only?.type === "DoubleQuoted" && parts.length === 1)
    expandWithSubscripts(host, only.parts, sink);
  else expandParts(host, parts, sink, QUOTED);
  return sink.text;
}

/**
 * In a subscript what an expansion yields is quoted, so that it is one key and not expanded again; between single quotes it is left
 * as written.
 */
function expandWithSubscripts(host: ExpansionHost, parts: readonly WordPart[], sink: Sink): void {
  let depth = 0;
  let quoted = false;
  for (const part of parts) {
    if (part.type === "Literal") {
      for (const ch of part.value) {
        if (ch === "'" && depth > 0) quoted = !quoted;
        else if (quoted) continue;
        else if (ch === "[") depth++;
        else if (ch === "]" && depth > 0) depth--;
      }
      sink.quoted(part.value);
    } else if (depth === 0) expandParts(host, [part], sink, QUOTED);
    else if (quoted && part.type === "Parameter") sink.quoted(part.text);
    else {
      const value = new TextSink(separators(host));
      expandParts(host, [part], value, QUOTED);
      sink.quoted(value.text.replace(/[[\]$`\\"']/g, "\\$&"));
    }
  }
}

/** Expands the operand of `${x:-word}` where it stands. */
export function expandOperand(host: ExpansionHost, word: Word, sink: Sink, quoted: boolean): void {
  expandParts(host, wordParts(word), sink, quoted ? QUOTED : OPERAND);
}

/** Hands the expanded pieces of a word to a sink. */
export function expandParts(
  host: ExpansionHost,
  parts: readonly WordPart[],
  sink: Sink,
  mode: PartMode,
): void {
  for (let i = 0; i < parts.length; i++) {
    const part = parts[i] as WordPart;
    switch (part.type) {
      case "Literal":
        expandLiteral(host, part.value, sink, mode, i === 0, i === parts.length - 1);
        break;
      case "Escaped":
      case "SingleQuoted":
      case "AnsiQuoted":
        sink.quoted(part.value);
        break;
      case "DoubleQuoted":
        expandDoubleQuoted(host, part, sink);
        break;
      case "Parameter":
        expandParameter(host, part, sink, mode.quoted);
        break;
      case "Names": {
        const names = host.vars
          .names(part.prefix)
          .filter(
            (name) => host.vars.get(name)?.scalar !== undefined || host.vars.get(name)?.value !== undefined,
          );
        sink.list(names, mode.quoted, part.star);
        break;
      }
      case "BadSubstitution":
        // With a value, an operator that is none is more than a mistake in a line.
        if (part.of === null || isSet(host, part.of))
          throw new ShellError(part.of === null ? "expansion" : "unbound", `${part.text}: bad substitution`);
        break;
      case "CommandSubstitution":
        put(sink, host.commandSubstitution(part.body), mode.quoted);
        break;
      case "Backquote":
        put(sink, host.backquote(part), mode.quoted);
        break;
      case "ArithmeticExpansion":
        put(sink, host.arithmetic(expandArithmetic(host, part.expression)), mode.quoted);
        break;
      case "ProcessSubstitution":
        sink.quoted(host.processSubstitution(part));
        break;
    }
  }
}

function put(sink: Sink, text: string, quoted: boolean): void {
  if (quoted) sink.quoted(text);
  else sink.split(text);
}

function expandLiteral(
  host: ExpansionHost,
  text: string,
  sink: Sink,
  mode: PartMode,
  first: boolean,
  last: boolean,
): void {
  if (mode.quoted) {
    sink.quoted(text);
    return;
  }
  if (text.includes("~") && mode.tilde !== "none") {
    expandWithTildes(host, text, sink, mode, first, last);
    return;
  }
  if (mode.operand) sink.split(text);
  else sink.literal(text);
}

function expandWithTildes(
  host: ExpansionHost,
  text: string,
  sink: Sink,
  mode: PartMode,
  first: boolean,
  last: boolean,
): void {
  const assignment = mode.tilde === "assignment";
  const plain = (piece: string) => (mode.operand ? sink.split(piece) : sink.literal(piece));
  let from = 0;
  for (let at = 0; at < text.length; at++) {
    if (text[at] !== "~") continue;
    const before = text[at - 1];
    const starts = at === 0 ? first : assignment && (before === ":" || before === "=");
    if (!starts) continue;
    const rest = text.slice(at);
    const expanded = expandTilde(host, rest, assignment, last);
    if (!expanded) continue;
    if (at > from) plain(text.slice(from, at));
    sink.quoted(expanded.text);
    at += expanded.length - 1;
    from = at + 1;
  }
  if (from < text.length) plain(text.slice(from));
}

/** `"…"`: exists even when empty, unless it is only an empty `$@`. */
function expandDoubleQuoted(host: ExpansionHost, part: DoubleQuoted, sink: Sink): void {
  if (part.parts.length === 0) {
    sink.mark();
    return;
  }
  if (!part.parts.some(isList)) {
    sink.mark();
    expandParts(host, part.parts, sink, QUOTED);
    return;
  }
  const watcher = new ListWatcher(sink);
  expandParts(host, part.parts, watcher, QUOTED);
  if (!watcher.sawEmptyList) sink.mark();
}

function isList(part: WordPart): boolean {
  if (part.type === "Names") return !part.star;
  if (part.type !== "Parameter") return false;
  if (part.name === "@" || part.subscript?.text === "@" || part.indirect) return true;
  const operation = part.operation;
  return operation?.type === "Default" && /@/.test(operation.word.text);
}

/** Passes pieces on, but not empty ones: they do not make a field beside an empty `"$@"`. */
class ListWatcher implements Sink {
  sawEmptyList = false;
  readonly #sink: Sink;

  constructor(sink: Sink) {
    this.#sink = sink;
  }

  quoted(text: string): void {
    if (text !== "") this.#sink.quoted(text);
  }

  literal(text: string): void {
    this.#sink.literal(text);
  }

  split(text: string): void {
    this.#sink.split(text);
  }

  list(values: readonly string[], quoted: boolean, star: boolean): void {
    if (values.length > 0) this.#sink.list(values, quoted, star);
    else if (!star) this.sawEmptyList = true;
  }

  /** The quotes around mark, where nothing speaks against it. */
  mark(beside = false): void {
    if (beside) this.#sink.mark();
  }
}
