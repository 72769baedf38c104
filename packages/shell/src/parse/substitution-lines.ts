import type { Script } from "./ast.ts";
import type { Reader } from "./reader.ts";

/**
 * Gives the substitutions read since there were `base` the lines that bash gives them: it reads them anew when they run, from the
 * line of the command around them on.
 */
export function alignSubstitutions(r: Reader, base: number, line: number): void {
  if (r.substitutions.size === base) return;
  for (const body of r.substitutions.take(base)) {
    const first = body.statements[0]?.line;
    if (first !== undefined && first !== line) shiftLines(body, line - first);
  }
}

/** Adds to every line in a tree. */
function shiftLines(body: Script, by: number): void {
  const seen = new Set<object>();
  const rest: object[] = [body];
  for (let node = rest.pop(); node; node = rest.pop()) {
    if (seen.has(node)) continue;
    seen.add(node);
    const lines = node as { line?: number; endLine?: number };
    if (typeof lines.line === "number") lines.line += by;
    if (typeof lines.endLine === "number") lines.endLine += by;
    for (const value of Object.values(node))
      if (typeof value === "object" && value !== null) rest.push(value);
  }
}
