import type { Script } from "./ast.ts";
import { skipNewlines } from "./here-documents.ts";
import { readLine, readSubstitution } from "./lists.ts";
import { Reader, type Surroundings } from "./reader.ts";
import { SyntaxFailure, type SyntaxProblem } from "./syntax-error.ts";

export interface ParserOptions extends Surroundings {
  /** Line of the first character; 1. */
  line?: number;
  /** Whether extended patterns are on; asked before each command. Absent: off. */
  extglob?(): boolean;
}

/**
 * Reads a script as bash does: one complete command list at a time, so that what the first lines set (aliases, options) counts for the
 * next, and an error on line 90 comes after the first 89 ran.
 */
export class Parser {
  private readonly reader: Reader;
  private readonly extglob: () => boolean;
  private finished = false;
  private unitStart = 0;

  constructor(source: string, options: ParserOptions = {}) {
    this.reader = new Reader(source, options.line ?? 1, options, readSubstitution);
    this.extglob = options.extglob ?? (() => false);
  }

  /** The next command list; `null` at the end. After an error there is nothing more, except after one in an array, which costs its line. */
  next(): Script | SyntaxProblem | null {
    if (this.finished) return null;
    const r = this.reader;
    this.unitStart = r.pos;
    r.extglob = this.extglob();
    try {
      skipNewlines(r);
      if (r.atEnd()) {
        this.finished = true;
        return null;
      }
      return { type: "Script", statements: readLine(r) };
    } catch (error) {
      const problem = toSyntaxError(error, r);
      this.finished = problem.kind !== "array" || !skipLine(r);
      return problem;
    }
  }

  /** Line at which reading goes on. */
  get line(): number {
    return this.reader.line;
  }

  /**
   * Counts on from `line` as that of the last command. A command given up in the middle leaves bash's count where it was, and its
   * messages from there on name lines by it.
   */
  continueAfter(line: number): void {
    if (line < this.reader.line) this.reader.line = line + 1;
  }

  /** Source text of what the last {@link next} read, for `set -v`. Aliases stand in it expanded. */
  get text(): string {
    return this.reader.src.slice(this.unitStart, Math.min(this.reader.pos, this.reader.src.length - 1));
  }
}

/** Goes on with the next line, if there is one. */
function skipLine(r: Reader): boolean {
  const end = r.src.indexOf("\n", r.pos);
  if (end < 0 || r.atEnd()) return false;
  r.pos = end + 1;
  r.line++;
  return true;
}

function toSyntaxError(error: unknown, r: Reader): SyntaxProblem {
  if (error instanceof SyntaxFailure) {
    const problem = error.error;
    const ends = problem.kind === "conditional" && /^\s*\0$/.test(r.src.slice(r.pos, r.pos + 1000));
    return ends ? { ...problem, kind: "unmatched" } : problem;
  }
  // The machine's stack is the limit of nesting: its end is an answer, not a crash.
  if (!(error instanceof RangeError)) throw error;
  const messages = [{ line: r.line, text: "syntax error: nested too deep" }];
  return { type: "SyntaxError", kind: "limit", line: r.line, messages, substituted: false };
}

/** Parses a whole text at once, as for a function's body or `$(…)` in a test. */
export function parseScript(source: string, options: ParserOptions = {}): Script | SyntaxProblem {
  const parser = new Parser(source, options);
  const all: Script = { type: "Script", statements: [] };
  for (let unit = parser.next(); unit; unit = parser.next()) {
    if (unit.type === "SyntaxError") return unit;
    for (const statement of unit.statements) all.statements.push(statement);
  }
  return all;
}
