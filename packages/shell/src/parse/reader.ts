import { withPlainQuotes } from "./ansi-quotes.ts";
import type { ArrayElement, HereDocument, Script, Statement, Word } from "./ast.ts";
import { BACKSLASH, DIGIT, HASH, META, NEWLINE, NUL, SPACE, TAB, WORD_STOP } from "./characters.ts";
import type { ReservedWord } from "./reserved.ts";
import { Stack } from "./stack.ts";
import { SyntaxFailure, type SyntaxMessage, type SyntaxProblem } from "./syntax-error.ts";

/** What the parser asks of the shell, each time it matters. */
export interface Surroundings {
  /** Value of an alias, or `undefined`. Absent where aliases are not expanded. */
  alias?(name: string): string | undefined;
  /** Whether {@link alias} knows any; absent: it may. */
  hasAliases?(): boolean;
  /** Whether POSIX mode is on. Absent: off. */
  posix?(): boolean;
  /** Told of a here-document that the end of the input ended (`isOpen`), or what follows its delimiter in the line. */
  warn?(message: SyntaxMessage, isOpen: boolean): void;
}

/** A here-document whose operator was read and whose body starts after the next newline. */
export interface PendingHereDocument {
  document: HereDocument;
  strip: boolean;
  line: number;
}

/** Text put in place of an alias name: the name is not expanded again before `end`. */
interface AliasRegion {
  name: string;
  end: number;
}

/**
 * The source and the place in it. The grammar's functions take one as their first argument and move `pos` over what
 * they accept; on an error they throw a {@link SyntaxFailure}.
 */
export class Reader {
  /** Always ends with a newline and a NUL. */
  src: string;
  pos = 0;
  /** Line of `pos`. */
  line: number;
  /** Extended patterns are part of words. */
  extglob = false;
  /** Start of the outermost word's text and the part of it before that, where a line continuation was left out. */
  textStart = 0;
  textPrefix = "";
  /** How deep in `$(…)`; 0 at the top. */
  substitutionDepth = 0;
  pending: PendingHereDocument[] = [];
  /** The source is the body of a here-document. */
  hereDocument = false;
  /** After an alias whose value ends with a blank: from here on the next word may be an alias too. -1: no. */
  aliasNextAt = -1;
  /** Before this offset the text comes from aliases, whose newlines count for nothing. */
  aliasEnd = -1;
  /** Where the grammar looked for a reserved word last, and what it found. */
  reservedPos = -1;
  reserved: ReservedWord | null = null;
  /** Offsets of `((` that turned out not to be arithmetic. */
  readonly notArithmetic = new Set<number>();
  readonly surroundings: Surroundings;
  /** The grammar above words: reads statements up to a `)` and that `)`. */
  readonly substitution: (reader: Reader) => Script;
  readonly statements = new Stack<Statement>();
  readonly words = new Stack<Word>();
  readonly elements = new Stack<ArrayElement>();
  /** Bodies of `$(…)` and `<(…)` in the command that is being read. */
  readonly substitutions = new Stack<Script>();
  private readonly regions: AliasRegion[] = [];
  private readonly source: string;
  /** The source ends with a backslash that quotes nothing. */
  private readonly cut: boolean;
  private readonly firstLine: number;

  constructor(
    source: string,
    line: number,
    surroundings: Surroundings,
    substitution: (reader: Reader) => Script,
  ) {
    this.source = source;
    this.firstLine = line;
    this.cut = /(?:^|[^\\])(?:\\\\)*\\$/.test(source.slice(-200));
    const text = source.includes("\0") ? source.replaceAll("\0", "") : source;
    if (text.endsWith("\n") || text === "") this.src = `${text}\0`;
    // A backslash that ends the input stands for itself.
    else this.src = this.cut ? `${text}\\\n\0` : `${text}\n\0`;
    this.line = line;
    this.surroundings = surroundings;
    this.substitution = substitution;
  }

  code(): number {
    return this.src.charCodeAt(this.pos);
  }

  codeAt(offset: number): number {
    return this.src.charCodeAt(this.pos + offset);
  }

  /** At the NUL that ends the source. */
  atEnd(): boolean {
    return this.pos >= this.src.length - 1;
  }

  /** Blanks, line continuations and a comment. */
  skipBlanks(): void {
    for (;;) {
      const c = this.src.charCodeAt(this.pos);
      if (c === SPACE || c === TAB) this.pos++;
      else if (c === BACKSLASH && this.codeAt(1) === NEWLINE) {
        this.pos += 2;
        this.line++;
      } else if (c === HASH) {
        const end = this.src.indexOf("\n", this.pos);
        this.pos = end < 0 ? this.src.length - 1 : end;
        return;
      } else return;
    }
  }

  /** Takes line continuations out of the source between the characters of an operator or after `$`. */
  joinLines(offset: number): void {
    const at = this.pos + offset;
    while (this.src.charCodeAt(at) === BACKSLASH && this.src.charCodeAt(at + 1) === NEWLINE) {
      this.src = this.src.slice(0, at) + this.src.slice(at + 2);
      this.reservedPos = -1;
      for (const region of this.regions) region.end -= 2;
      if (this.aliasEnd > at) this.aliasEnd -= 2;
      this.line++;
    }
  }

  /** Inside a word: leaves `\` newline out of its text. */
  skipContinuation(): void {
    this.textPrefix += this.src.slice(this.textStart, this.pos);
    this.pos += 2;
    this.textStart = this.pos;
    this.line++;
  }

  /** Inside a word: puts `text` into its text for what stands between `pos` and `end`, and goes on there. */
  replaceText(end: number, text: string): void {
    this.textPrefix += this.src.slice(this.textStart, this.pos) + text;
    this.pos = end;
    this.textStart = end;
  }

  /** How much of the outermost word's text lies before `pos`. */
  textLength(): number {
    return this.textPrefix.length + this.pos - this.textStart;
  }

  /** Text of the outermost word from an offset in it up to `pos`. */
  textFrom(offset: number): string {
    if (this.textPrefix === "") return this.src.slice(this.textStart + offset, this.pos);
    return (this.textPrefix + this.src.slice(this.textStart, this.pos)).slice(offset);
  }

  /** Whether a word may be an alias: where it cannot, it need not be looked at twice. */
  hasAliases(): boolean {
    const { surroundings } = this;
    return surroundings.alias !== undefined && (surroundings.hasAliases?.() ?? true);
  }

  /** Puts an alias's value in place of the name between `start` and `pos`, unless it is being expanded already. */
  expandAlias(start: number, name: string): boolean {
    const value = this.surroundings.alias?.(name);
    if (value === undefined) return false;
    for (const region of this.regions) if (region.end > start && region.name === name) return false;
    const added = value.length - (this.pos - start);
    this.reservedPos = -1;
    this.src = this.src.slice(0, start) + value + this.src.slice(this.pos);
    while (this.regions.length > 0 && this.regions[this.regions.length - 1]!.end <= start) this.regions.pop();
    for (const region of this.regions) region.end += added;
    // A region lasts until the character after it is reached, so that `alias a=a` does not loop.
    this.regions.push({ name, end: start + value.length + 1 });
    this.aliasEnd = this.aliasEnd > start ? this.aliasEnd + added : start + value.length;
    this.pos = start;
    const last = value.charCodeAt(value.length - 1);
    if (last === SPACE || last === TAB) this.aliasNextAt = start + value.length;
    return true;
  }

  /** The token at `pos` as bash names it in messages. */
  token(): string {
    this.skipBlanks();
    const c = this.code();
    if (c === NEWLINE) return "newline";
    if (c === NUL) return "";
    const rest = this.src.slice(this.pos, this.pos + 3);
    const operator = /^(?:<<<|<<-|;;&|&>>|&&|\|\||;;|;&|\|&|<<|>>|>\||<>|<&|>&|&>|[;&|()<>])/.exec(rest);
    if (operator) return operator[0];
    let end = this.pos;
    while (!WORD_STOP[this.src.charCodeAt(end)]) end++;
    if (META[this.src.charCodeAt(end)]) return this.numberToken(end);
    return this.quotedToken();
  }

  /** A number right before a redirect is a token of its own; bash names it by its value. */
  private numberToken(end: number): string {
    return this.src.slice(this.pos, end);
  }

  private quotedToken(): string {
    const rest = this.src.slice(this.pos, -2);
    const word = /^(?:\\.|'[^']*'|"(?:\\.|[^"\\])*"|`[^`]*`|\$\([^()]*\)|[^ \t\n;&|()<>"'`\\])+/s.exec(rest);
    const token = word?.[0] ?? "";
    const next = rest[token.length] ?? "";
    if (/["'`]/.test(next)) this.unmatched(next, this.line);
    return token === "" ? next : token;
  }

  fail(kind: SyntaxProblem["kind"], ...texts: string[]): never {
    const messages = texts.map((text) => ({ line: this.line, text }));
    const substituted = kind === "token" && this.substitutionDepth > 0;
    throw new SyntaxFailure({ type: "SyntaxError", kind, line: this.line, messages, substituted });
  }

  /** The line that the input ends in, as messages about its end name it. */
  get lastLine(): number {
    let line = this.line;
    for (let at = this.src.indexOf("\n", this.pos); at >= 0; at = this.src.indexOf("\n", at + 1)) line++;
    return line;
  }

  /** The token at `pos` cannot stand here. */
  unexpected(): never {
    const token = this.token();
    if (token === "") {
      // `$(` has its own message; inside nothing but commands the end is named as such.
      if (this.substitutionDepth > 0) this.unmatched(")", this.line, "end");
      if (this.cut) this.line++;
      this.fail("end", "syntax error: unexpected end of file");
    }
    this.unexpectedToken(withPlainQuotes(token));
  }

  unexpectedToken(token: string, kind: SyntaxProblem["kind"] = "token"): never {
    this.fail(kind, `syntax error near unexpected token \`${token}'`, `\`${this.sourceLine()}'`);
  }

  /** The input ended inside something that started at `line`. */
  unmatched(close: string, line: number, kind: SyntaxProblem["kind"] = "unmatched"): never {
    const text = `unexpected EOF while looking for matching \`${close}'`;
    const messages = [{ line, text }];
    throw new SyntaxFailure({ type: "SyntaxError", kind, line, messages, substituted: false });
  }

  /** The line of `pos`, as it was before aliases were expanded in it. */
  private sourceLine(): string {
    if (this.aliasEnd >= 0) return this.source.split("\n")[this.line - this.firstLine] ?? "";
    const start = this.src.lastIndexOf("\n", this.pos - 1) + 1;
    const end = this.src.indexOf("\n", start);
    return this.src.slice(start, end < 0 ? this.src.length - 1 : end);
  }

  /** Digits at `pos`, as far as they go. */
  digitsEnd(): number {
    let at = this.pos;
    while (DIGIT[this.src.charCodeAt(at)]) at++;
    return at;
  }
}

/** A word whose text is also its value. */
export function plainWord(text: string, line: number): Word {
  return {
    type: "Word",
    line,
    text,
    parts: null,
    plain: text,
    quoted: false,
    braces: false,
    assignment: null,
  };
}
