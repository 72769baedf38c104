import { ShellError } from "../errors.ts";
import { expandText } from "../expand/word.ts";
import type { Assignment, Word } from "../parse/ast.ts";
import { parseScript } from "../parse/parser.ts";
import type { Interpreter } from "./interpreter.ts";

/** Expands a text that was not parsed with the script, as a subscript: quotes are removed, nothing is split. */
export function expandTextAsWord(sh: Interpreter, text: string): string {
  const assignment = parseAssignment(`a[${text}]=`);
  if (!assignment?.subscript) throw new ShellError("expansion", `${text}: bad array subscript`);
  return expandText(sh, assignment.subscript.word);
}

/** Parses `name=(…)` or another assignment given as text; `undefined` if it is none. */
export function parseAssignment(text: string): Assignment | undefined {
  const script = parseScript(text);
  if (script.type === "SyntaxError" || script.statements.length !== 1) return undefined;
  const command = script.statements[0]?.command;
  if (command?.type !== "Simple" || command.words.length || command.assignments.length !== 1)
    return undefined;
  return command.assignments[0];
}

/** Expands a text as the body of a here-document is: parameters, commands, arithmetic. */
export function expandLikeHereDocument(sh: Interpreter, text: string): string {
  if (!/[$`\\]/.test(text)) return text;
  let end = "END";
  while (text.includes(end)) end += "_";
  const script = parseScript(`:<<${end}\n${text}:\n${end}\n`);
  const body: Word | undefined =
    script.type === "Script" ? hereDocumentOf(script.statements[0]?.command) : undefined;
  return body ? expandText(sh, body).slice(0, -2) : text;
}

function hereDocumentOf(command: unknown): Word | undefined {
  const simple = command as
    | { type?: string; redirects?: { hereDocument: { body: Word } | null }[] }
    | undefined;
  return simple?.redirects?.[0]?.hereDocument?.body;
}
