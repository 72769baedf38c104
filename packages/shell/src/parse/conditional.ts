import type { Conditional, ConditionalExpression, ConditionalLogic, Word } from "./ast.ts";
import { AMPERSAND, BAR, CLOSE_PAREN, GREATER, LESS, NEWLINE, OPEN_PAREN } from "./characters.ts";
import { skipNewlines } from "./here-documents.ts";
import type { Reader } from "./reader.ts";
import { reservedAt } from "./reserved.ts";
import { NONE } from "./stack.ts";
import { SyntaxFailure } from "./syntax-error.ts";
import { atWord, readRegexWord, readWord } from "./words.ts";

const UNARY = /^-[abcdefghknoprstuvwxzGLNORS]$/;
const BINARY: ReadonlySet<string> = new Set([
  "=",
  "==",
  "!=",
  "-nt",
  "-ot",
  "-ef",
  "-eq",
  "-ne",
  "-lt",
  "-le",
  "-gt",
  "-ge",
]);

/** `[[` was read. bash reports what is wrong inside in words of its own. */
export function readConditional(r: Reader): Conditional {
  const inside = r.substitutions.size;
  const expression = readOr(r);
  if (reservedAt(r) !== "]]") {
    if (r.atEnd()) r.fail("conditional", "unexpected EOF while looking for `]]'");
    r.fail("conditional", `syntax error in conditional expression${tokenClause(": unexpected token ", r)}`);
  }
  r.pos += 2;
  r.substitutions.size = inside;
  // bash counts it where the last of its operators has what it needs.
  return { type: "Conditional", line: expression.line, expression, redirects: NONE };
}

/** bash names operators and reserved words here, but no plain words. */
function tokenClause(prefix: string, r: Reader): string {
  if (atWord(r) && reservedAt(r) === null) return "";
  const token = r.token();
  return token === "" ? "" : `${prefix}\`${token}'`;
}

function readOr(r: Reader): ConditionalExpression {
  return readLogic(r, "||", BAR, readAnd);
}

function readAnd(r: Reader): ConditionalExpression {
  return readLogic(r, "&&", AMPERSAND, readTerm);
}

/** Operators of one kind group to the right, as bash prints and evaluates them. */
function readLogic(
  r: Reader,
  operator: "&&" | "||",
  c: number,
  readOperand: (r: Reader) => ConditionalExpression,
): ConditionalExpression {
  const first = readOperand(r);
  const chain: ConditionalExpression[] = [first];
  while (r.code() === c && r.codeAt(1) === c) {
    r.pos += 2;
    chain.push(readOperand(r));
  }
  let right = chain.pop()!;
  for (let left = chain.pop(); left; left = chain.pop()) {
    const node: ConditionalLogic = { type: "ConditionalLogic", line: r.line, operator, left, right };
    right = node;
  }
  return right;
}

function readTerm(r: Reader): ConditionalExpression {
  skipNewlines(r);
  if (r.code() === OPEN_PAREN) return readParenthesized(r);
  if (!atWord(r)) {
    const token = r.token();
    r.fail("conditional", `unexpected token \`${token || "EOF"}' in conditional command`);
  }
  const reserved = reservedAt(r);
  if (reserved === "]]") silentFailure(r);
  if (reserved === "!") {
    r.pos++;
    const expression = readTerm(r);
    return { type: "ConditionalNot", line: expression.line, expression };
  }
  const left = readWord(r);
  r.skipBlanks();
  return UNARY.test(left.text) ? readUnary(r, left.text) : readBinary(r, left);
}

/** `[[ ]]` ends the input without a word of explanation. */
function silentFailure(r: Reader): never {
  r.fail("conditional", "");
}

function readParenthesized(r: Reader): ConditionalExpression {
  r.pos++;
  const expression = readInside(r);
  if (r.code() !== CLOSE_PAREN) {
    const clause = tokenClause("unexpected token ", r);
    r.fail("conditional", clause === "" ? "expected `)'" : `${clause}, expected \`)'`);
  }
  r.pos++;
  const { line } = r;
  skipNewlines(r);
  return { type: "ConditionalGroup", line, expression };
}

/** bash misses each open parenthesis once more after what is wrong inside. */
function readInside(r: Reader): ConditionalExpression {
  const { line } = r;
  try {
    return readOr(r);
  } catch (failure) {
    if (failure instanceof SyntaxFailure && failure.error.kind === "conditional")
      failure.error.messages.push({ line, text: "expected `)'" });
    throw failure;
  }
}

function readUnary(r: Reader, operator: string): ConditionalExpression {
  const operand = readOperand(r, readWord);
  if (!operand) r.fail("conditional", argumentMessage(r, "unary"));
  const { line } = r;
  skipNewlines(r);
  return { type: "ConditionalUnary", line, operator, operand };
}

/** `]]` and newlines are no operands. */
function readOperand(r: Reader, read: (r: Reader) => Word): Word | null {
  r.skipBlanks();
  return !atWord(r) || reservedAt(r) === "]]" ? null : read(r);
}

function argumentMessage(r: Reader, kind: "unary" | "binary"): string {
  return `unexpected argument${tokenClause(" ", r)} to conditional ${kind} operator`;
}

function readBinary(r: Reader, left: Word): ConditionalExpression {
  const c = r.code();
  const ends =
    c === CLOSE_PAREN ||
    (c === AMPERSAND && r.codeAt(1) === AMPERSAND) ||
    (c === BAR && r.codeAt(1) === BAR) ||
    reservedAt(r) === "]]";
  if (ends) return { type: "ConditionalWord", line: r.line, word: left };
  const operator = readBinaryOperator(r, c);
  if (operator === null) {
    const clause = tokenClause("unexpected token ", r);
    r.fail(
      "conditional",
      clause === ""
        ? "conditional binary operator expected"
        : `${clause}, conditional binary operator expected`,
    );
  }
  const { extglob } = r;
  if (operator === "=" || operator === "==" || operator === "!=") r.extglob = true;
  const right = readRight(r, operator);
  r.extglob = extglob;
  if (!right) r.fail("conditional", argumentMessage(r, "binary"));
  const { line } = r;
  skipNewlines(r);
  return { type: "ConditionalBinary", line, operator, left, right };
}

function readRight(r: Reader, operator: string): Word | null {
  if (operator !== "=~") return readOperand(r, readWord);
  r.skipBlanks();
  const c = r.code();
  if (c === OPEN_PAREN || c === BAR) return readRegexWord(r);
  return readOperand(r, readRegexWord);
}

function readBinaryOperator(r: Reader, c: number): string | null {
  if ((c === LESS || c === GREATER) && r.codeAt(1) !== OPEN_PAREN) {
    const next = r.codeAt(1);
    if (next === LESS || next === GREATER || next === AMPERSAND || next === BAR) return null;
    r.pos++;
    return c === LESS ? "<" : ">";
  }
  if (c === NEWLINE || !atWord(r)) return null;
  const { pos, line } = r;
  const { text } = readWord(r);
  if (text === "=~" || BINARY.has(text)) return text;
  r.pos = pos;
  r.line = line;
  return null;
}
