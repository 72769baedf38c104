import { hasBraces } from "../expand/brace.ts";
import { singleQuote } from "../expand/quote.ts";
import { expandBeforePaths, expandFields, expandText, globFields } from "../expand/word.ts";
import type { ArrayElement, Assignment, Word, WordPart } from "../parse/ast.ts";
import { wordParts } from "../parse/parts.ts";
import { Attr } from "../state/variable.ts";
import type { Interpreter } from "./interpreter.ts";
import { trace, traceWord } from "./xtrace.ts";

/** Builtins whose arguments are expanded as assignments, when they are named as such (not after `command`). */
const DECLARING = new Set(["declare", "typeset", "local", "export", "readonly"]);

/** The arguments of a command; those of `declare` and its kin that are assignments expand as such. */
export function expandCommand(sh: Interpreter, words: readonly Word[]): string[] {
  sh.assignmentArguments = undefined;
  if (words.length === 1) {
    const plain = (words[0] as Word).plain;
    if (plain !== null) return [plain];
  }
  const first = (words[0] as Word | undefined)?.plain;
  const direct = first != null && DECLARING.has(first);
  if (
    !words.some(
      (word) => word.assignment !== null && (direct || word.assignment.value.type === "ArrayLiteral"),
    )
  )
    return expandFields(sh, words);
  const pieces = words.map((word) =>
    word.assignment !== null && isAssignment(sh, word, direct)
      ? expandAssignment(sh, word.assignment, words)
      : expandBeforePaths(sh, word),
  );
  const argv: string[] = [];
  const assignments: (Assignment | undefined)[] = [];
  for (const piece of pieces) {
    if ("node" in piece) {
      assignments[argv.length] = piece.node;
      argv.push(piece.text);
    } else for (const field of globFields(sh, piece)) argv.push(field);
  }
  sh.assignmentArguments = assignments;
  return argv;
}

/** Whether an argument that reads as an assignment is one. Braces make several words of it, which are like any others. */
function isAssignment(sh: Interpreter, word: Word, direct: boolean): boolean {
  if (word.assignment?.value.type === "ArrayLiteral") return true;
  if (!direct) return false;
  return !(word.braces && sh.state.set.braceexpand && hasBraces(wordParts(word)));
}

/** An argument that is an assignment, and its text. With `set -x` arrays are expanded, and shown, before their command is. */
function expandAssignment(
  sh: Interpreter,
  node: Assignment,
  words: readonly Word[],
): { node: Assignment; text: string } {
  const { value } = node;
  if (!sh.state.set.xtrace || value.type !== "ArrayLiteral") return { node, text: assignmentText(sh, node) };
  const attrs = sh.vars.find(node.name)?.attrs ?? 0;
  const assoc = words.some(({ plain }) => /^-\w*A/.test(plain ?? "")) || (attrs & Attr.ASSOC) !== 0;
  const elements = value.elements.flatMap((element) => expandElement(sh, element, assoc));
  const text = `(${elements.map(quotedElement).join(" ")})`;
  trace(sh, `${node.name}${node.append ? "+=" : "="}${text}`);
  return {
    node: { ...node, value: { type: "ArrayLiteral", elements, text } },
    text: `${node.name}${node.append ? "+=" : "="}${text}`,
  };
}

/** What an element of an array comes to, as words without expansions. */
function expandElement(sh: Interpreter, element: ArrayElement, assoc: boolean): ArrayElement[] {
  const { subscript, value } = element;
  const plain = (text: string) => plainWord(text, value.line);
  if (subscript !== null) {
    const key = expandText(sh, subscript.word);
    const shown = { ...subscript, text: key, word: plain(key) };
    return [{ ...element, subscript: shown, value: plain(expandText(sh, value, assoc ? "none" : true)) }];
  }
  const texts = assoc ? [expandText(sh, value, "none")] : expandFields(sh, [value]);
  return texts.map((text) => ({ ...element, value: plain(text) }));
}

function plainWord(text: string, line: number): Word {
  // Not between single quotes, which would stay in a subscript.
  const parts: WordPart[] = [
    { type: "DoubleQuoted", localized: false, parts: [{ type: "Literal", value: text }] },
  ];
  return { type: "Word", line, text, parts, plain: text, quoted: true, braces: false, assignment: null };
}

function quotedElement({ subscript, append, value }: ArrayElement): string {
  const text = singleQuote(value.plain ?? "");
  return subscript === null ? text : `[${singleQuote(subscript.text)}]${append ? "+=" : "="}${text}`;
}

/** Prints a command for `set -x`; of an array that is assigned only the name. */
export function traceCommand(sh: Interpreter, argv: readonly string[]): void {
  const texts = argv.map((arg, index) => {
    const node = sh.assignmentArguments?.[index];
    return node?.value.type === "ArrayLiteral" ? node.name : traceWord(arg);
  });
  trace(sh, texts.join(" "));
}

/** `name=value` with the value expanded as in an assignment; an array literal stays as written for the builtin to expand. */
function assignmentText(sh: Interpreter, node: Assignment): string {
  const subscript = node.subscript === null ? "" : `[${node.subscript.text}]`;
  const operator = node.append ? "+=" : "=";
  const value = node.value.type === "ArrayLiteral" ? node.value.text : expandText(sh, node.value, true);
  return `${node.name}${subscript}${operator}${value}`;
}
