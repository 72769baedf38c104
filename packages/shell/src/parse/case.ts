import type { Case, CaseItem, Word } from "./ast.ts";
import { BAR, CLOSE_PAREN, OPEN_PAREN } from "./characters.ts";
import { skipNewlines } from "./here-documents.ts";
import { readList } from "./lists.ts";
import type { Reader } from "./reader.ts";
import { expectReserved, reservedAt } from "./reserved.ts";
import { NONE } from "./stack.ts";
import { alignSubstitutions } from "./substitution-lines.ts";
import { atWord, readWord } from "./words.ts";

/** `case` was read. */
export function readCase(r: Reader, line: number): Case {
  const inside = r.substitutions.size;
  r.skipBlanks();
  if (!atWord(r)) r.unexpected();
  const word = readWord(r);
  alignSubstitutions(r, inside, line);
  skipNewlines(r);
  expectReserved(r, "in");
  const items: CaseItem[] = [];
  for (;;) {
    skipNewlines(r);
    if (reservedAt(r) === "esac") break;
    const item = readItem(r, line);
    items.push(item);
    if (!readItemEnd(r, item)) break;
  }
  skipNewlines(r);
  expectReserved(r, "esac");
  return { type: "Case", line, word, items, redirects: NONE };
}

function readItem(r: Reader, line: number): CaseItem {
  const inside = r.substitutions.size;
  if (r.code() === OPEN_PAREN) {
    r.pos++;
    r.skipBlanks();
  }
  const patterns: Word[] = [];
  for (;;) {
    r.skipBlanks();
    if (!atWord(r)) r.unexpected();
    patterns.push(readWord(r));
    r.skipBlanks();
    if (r.code() !== BAR || r.codeAt(1) === BAR || r.codeAt(1) === 38) break;
    r.pos++;
  }
  if (r.code() !== CLOSE_PAREN) r.unexpected();
  r.pos++;
  alignSubstitutions(r, inside, line);
  return { type: "CaseItem", patterns, body: readList(r, true), terminator: ";;" };
}

/** The `;;`, `;&` or `;;&` after an item; false where none stands, which only the last may lack. */
function readItemEnd(r: Reader, item: CaseItem): boolean {
  r.joinLines(1);
  r.joinLines(2);
  const three = r.src.slice(r.pos, r.pos + 3);
  if (three === ";;&") item.terminator = ";;&";
  else if (three.startsWith(";&")) item.terminator = ";&";
  else if (!three.startsWith(";;")) return false;
  r.pos += item.terminator.length;
  return true;
}
