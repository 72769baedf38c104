import { readArithmetic } from "./arithmetic-text.ts";
import type { ArithmeticExpansion, CommandSubstitution, ProcessSubstitution, Script } from "./ast.ts";
import { LESS } from "./characters.ts";
import type { Reader } from "./reader.ts";

/** The commands after `$(`, `<(` or `>(`, up to and with the `)`; the state of the word around them is kept. */
function readBody(r: Reader): Script {
  const { line, textStart, textPrefix, pending, aliasNextAt, extglob } = r;
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
  if (r.hereDocument && r.substitutionDepth === 0) r.line = line;
  return body;
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
  const body = readBody(r);
  return { type: "ProcessSubstitution", line, direction, body, text: r.src.slice(pos, r.pos), offset };
}

/** `$((…))` at `pos`; where the parentheses do not close together it is `$( (…) )`. */
export function readDoubleParenthesis(r: Reader): ArithmeticExpansion | CommandSubstitution {
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
  return readCommandSubstitution(r);
}

/** `$[…]` at `pos`. */
export function readOldArithmetic(r: Reader): ArithmeticExpansion {
  r.pos += 2;
  const expression = readArithmetic(r, "brackets")!;
  r.pos++;
  return { type: "ArithmeticExpansion", expression };
}
