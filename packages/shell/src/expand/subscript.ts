import { ShellError } from "../errors.ts";
import type { Subscript, Word, WordPart } from "../parse/ast.ts";
import { wordParts } from "../parse/parts.ts";
import { IndexedArray } from "../state/arrays.ts";
import { Attr, type Variable } from "../state/variable.ts";
import type { ExpansionHost } from "./host.ts";
import { expandText } from "./word.ts";

/** The key or the index that a subscript means for a variable. */
export function keyOf(host: ExpansionHost, name: string, subscript: Subscript): string | number {
  const variable = host.vars.get(name);
  if (variable && variable.attrs & Attr.ASSOC) return expandText(host, subscript.word);
  return indexIn(variable, indexValue(host, indexText(host, subscript.word)));
}

/** The expression of a subscript, in which single quotes are characters like any other. */
export function indexText(host: ExpansionHost, word: Word): string {
  const parts = wordParts(word);
  if (!parts.some((part) => part.type === "SingleQuoted")) return expandText(host, word);
  const kept = parts.map(
    (part): WordPart => (part.type === "SingleQuoted" ? { type: "Escaped", value: `'${part.value}'` } : part),
  );
  return expandText(host, { ...word, plain: null, parts: kept });
}

/** The value of a subscript; what is wrong with it gives up more than another expression. */
export function indexValue(host: ExpansionHost, expression: string): number {
  try {
    return host.integer(expression);
  } catch (error) {
    if (error instanceof ShellError && error.code === "arithmetic")
      throw new ShellError("subscript", error.message);
    throw error;
  }
}

/** Counts a negative index from the end. */
export function indexIn(variable: Variable | undefined, index: number): number {
  if (index >= 0) return index;
  const value = variable?.value;
  const end = value instanceof IndexedArray ? value.end : value === undefined ? 0 : 1;
  if (end + index < 0) return BAD_INDEX;
  return end + index;
}

/** A negative index beyond the start: reading it is a warning, writing it an error. */
export const BAD_INDEX = -1;
