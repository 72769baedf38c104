import { readArithmetic } from "./arithmetic-text.ts";
import type {
  ArithmeticExpansion,
  Backquote,
  CommandSubstitution,
  ProcessSubstitution,
  Script,
  SimpleCommand,
} from "./ast.ts";
import { ARITHMETIC_STOP, CLOSE_PAREN, LESS, NEWLINE, NUL, OPEN_PAREN, SEMICOLON } from "./characters.ts";
import { PartList } from "./parts.ts";
import { plainWord, Reader } from "./reader.ts";
import { NONE } from "./stack.ts";
import { SyntaxFailure } from "./syntax-error.ts";
import { readQuoting, readRun } from "./words.ts";

/** The commands after `$(`, `<(` or `>(`, up to and with the `)`; the state of the word around them is kept. */
function readBody(r: Reader): Script {
  const { line, textStart, textPrefix, pending, aliasNextAt, extglob } = r;
  const base = r.substitutions.size;
  r.pos += 2;
  r.pending = [];
  r.aliasNextAt = -1;
  r.substitutionDepth++;
  const body = r.substitution(r);
  r.substitutionDepth--;
  // Here-documents whose bodies did not come before the `)` follow the line, as bash reads them (with a warning).
  r.pending = r.pending.length > 0 ? [...pending, ...r.pending] : pending;
  r.textStart = textStart;
  r.textPrefix = textPrefix;
  r.aliasNextAt = aliasNextAt;
  r.extglob = extglob;
  r.substitutions.size = base;
  r.substitutions.push(body);
  if (r.hereDocument && r.substitutionDepth === 0) r.line = line;
  return body;
}

/** The text after `$(`, `<(` or `>(` up to the parenthesis that balances it, where another one follows at once: bash looks no closer. */
function readBalanced(r: Reader): string {
  const { line } = r;
  const ignored = new PartList();
  r.pos += 2;
  const start = r.pos;
  let depth = 1;
  for (;;) {
    const c = readRun(r, ignored, ARITHMETIC_STOP);
    if (c === NUL) r.unmatched(")", line);
    if (c === OPEN_PAREN) depth++;
    else if (c === CLOSE_PAREN && --depth === 0) break;
    else if (c === NEWLINE) r.line++;
    else if (c !== SEMICOLON && c !== CLOSE_PAREN) {
      readQuoting(r, ignored, c);
      continue;
    }
    r.pos++;
  }
  return r.src.slice(start, r.pos++);
}

/** The commands of a text read by {@link readBalanced}; `null` where they are wrong, which shows when they run. */
function parseBalanced(r: Reader, text: string, line: number): Script | null {
  const inner = new Reader(`${text})`, line, r.surroundings, r.substitution);
  inner.extglob = r.extglob;
  inner.substitutionDepth = r.substitutionDepth + 1;
  try {
    const script = inner.substitution(inner);
    return inner.src.slice(inner.pos) === "\n\0" && inner.pending.length === 0 ? script : null;
  } catch (failure) {
    if (failure instanceof SyntaxFailure) return null;
    throw failure;
  }
}

/** `$((…)…)` that is no arithmetic. */
function readBalancedSubstitution(r: Reader): CommandSubstitution | Backquote {
  const { line, pos } = r;
  const offset = r.textLength();
  const source = readBalanced(r);
  const body = parseBalanced(r, source, line);
  if (!body) return { type: "Backquote", line, source };
  return { type: "CommandSubstitution", line, body, text: r.src.slice(pos, r.pos), offset };
}

/** The commands of `<((…)…)`. */
function readBalancedBody(r: Reader): Script {
  const { line } = r;
  const source = readBalanced(r);
  const body = parseBalanced(r, source, line);
  if (body) return body;
  const words = [plainWord("eval", line), plainWord(source, line)];
  const command: SimpleCommand = { type: "Simple", line, assignments: NONE, words, redirects: NONE };
  return { type: "Script", statements: [{ type: "Statement", line, command, background: false }] };
}

/** `$(…)` at `pos`. */
export function readCommandSubstitution(r: Reader): CommandSubstitution {
  const { line, pos } = r;
  const offset = r.textLength();
  const body = readBody(r);
  return { type: "CommandSubstitution", line, body, text: r.src.slice(pos, r.pos), offset };
}

/** `<(…)` or `>(…)` at `pos`. */
export function readProcessSubstitution(r: Reader): ProcessSubstitution {
  const { line, pos } = r;
  const direction = r.code() === LESS ? "<" : ">";
  const offset = r.textLength();
  r.joinLines(2);
  const body = r.codeAt(2) === OPEN_PAREN ? readBalancedBody(r) : readBody(r);
  return { type: "ProcessSubstitution", line, direction, body, text: r.src.slice(pos, r.pos), offset };
}

/** `$((…))` at `pos`; where the parentheses do not close together it is `$( (…) )`. */
export function readDoubleParenthesis(r: Reader): ArithmeticExpansion | CommandSubstitution | Backquote {
  const { pos, line, textStart, textPrefix } = r;
  if (!r.notArithmetic.has(pos)) {
    r.pos += 3;
    const expression = readArithmetic(r, "parentheses");
    if (expression) {
      r.pos += 2;
      return { type: "ArithmeticExpansion", expression };
    }
    r.notArithmetic.add(pos);
    r.pos = pos;
    r.line = line;
    r.textStart = textStart;
    r.textPrefix = textPrefix;
  }
  return readBalancedSubstitution(r);
}

/** `$[…]` at `pos`. */
export function readOldArithmetic(r: Reader): ArithmeticExpansion {
  r.pos += 2;
  const expression = readArithmetic(r, "brackets")!;
  r.pos++;
  return { type: "ArithmeticExpansion", expression };
}
