import type {
  Assignment,
  CommandSubstitution,
  ParameterOperation,
  ProcessSubstitution,
  Word,
  WordPart,
} from "../parse/ast.ts";
import { wordParts } from "../parse/parts.ts";
import { printSubstitution } from "./function-text.ts";

/** A word as bash prints it: as it was written, but for the commands of `$(…)` and `<(…)`, which are laid out anew. */
export function wordText(word: Word): string {
  const { text } = word;
  if (!/[$<>]\(/.test(text)) return text;
  const found: (CommandSubstitution | ProcessSubstitution)[] = [];
  for (const part of wordParts(word)) collect(part, found);
  let out = "";
  let at = 0;
  for (const { offset, text: source, body } of found) {
    if (offset < at || !text.startsWith(source, offset)) continue;
    out += `${text.slice(at, offset)}${source[0]}(${printSubstitution(body.statements)})`;
    at = offset + source.length;
  }
  return out + text.slice(at);
}

/** An assignment as bash prints it. */
export function assignmentText({ name, subscript, append, value }: Assignment): string {
  const shown = value.type === "ArrayLiteral" ? arrayLiteralText(value.elements) : wordText(value);
  return `${name}${subscript ? `[${subscript.text}]` : ""}${append ? "+=" : "="}${shown}`;
}

/** An array literal as bash prints it. */
export function arrayLiteralText(
  elements: Extract<Assignment["value"], { type: "ArrayLiteral" }>["elements"],
): string {
  const texts = elements.map(
    ({ subscript, append, value }) =>
      (subscript === null ? "" : `[${subscript.text}]${append ? "+=" : "="}`) + wordText(value),
  );
  return `(${texts.join(" ")})`;
}

/** The substitutions in a part of a word, in the order of the text. */
function collect(part: WordPart, found: (CommandSubstitution | ProcessSubstitution)[]): void {
  switch (part.type) {
    case "CommandSubstitution":
    case "ProcessSubstitution":
      found.push(part);
      return;
    case "DoubleQuoted":
      for (const inner of part.parts) collect(inner, found);
      return;
    case "ArithmeticExpansion":
      collectWord(part.expression.word, found);
      return;
    case "Parameter":
      collectWord(part.subscript?.word ?? null, found);
      for (const word of operands(part.operation)) collectWord(word, found);
  }
}

function collectWord(word: Word | null, found: (CommandSubstitution | ProcessSubstitution)[]): void {
  if (word !== null) for (const part of wordParts(word)) collect(part, found);
}

function operands(operation: ParameterOperation | null): (Word | null)[] {
  switch (operation?.type) {
    case "Default":
      return [operation.word];
    case "Remove":
    case "Case":
      return [operation.pattern];
    case "Replace":
      return [operation.pattern, operation.replacement];
    case "Substring":
      return [operation.offset.word, operation.length?.word ?? null];
    default:
      return [];
  }
}
