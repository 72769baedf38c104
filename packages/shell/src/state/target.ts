import { isName } from "./variable.ts";

/** Where a name leads after its namerefs: a variable's name and, for `declare -n r='a[1]'`, a subscript. */
export interface Target {
  name: string;
  subscript: string | undefined;
}

/** Splits `name[subscript]`; no subscript for a plain name, `undefined` for anything else. */
export function splitSubscript(text: string): Target | undefined {
  const bracket = text.indexOf("[");
  if (bracket < 0) return isName(text) ? { name: text, subscript: undefined } : undefined;
  const name = text.slice(0, bracket);
  if (!text.endsWith("]") || !isName(name)) return undefined;
  return { name, subscript: text.slice(bracket + 1, -1) };
}

/** Whether the brackets in a subscript belong together: those of `3]a[3` do not. */
export function isClosed(subscript: string): boolean {
  let depth = 0;
  for (const c of subscript) {
    if (c === "[") depth++;
    else if (c === "]" && --depth < 0) return false;
  }
  return true;
}
