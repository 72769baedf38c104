import type { Word, WordPart } from "./ast.ts";
import { HERE_DOCUMENT_STOP, NUL } from "./characters.ts";
import { makeWord, PartList } from "./parts.ts";
import { readQuotedRuns } from "./quotes.ts";
import { type PendingHereDocument, Reader } from "./reader.ts";
import { SyntaxFailure } from "./syntax-error.ts";

/** Takes the newline at `pos` and the bodies of the here-documents that wait for it. */
export function readNewline(r: Reader): void {
  r.pos++;
  if (r.pos > r.aliasEnd) r.line++;
  if (r.pending.length > 0) readHereDocuments(r);
}

/** Reads the bodies that are due, from `pos` at the start of a line. */
export function readHereDocuments(r: Reader): void {
  const due = r.pending;
  r.pending = [];
  for (const pending of due) readHereDocument(r, pending);
}

/** Newlines (with the here-documents after them), blanks and comments. */
export function skipNewlines(r: Reader): void {
  for (;;) {
    r.skipBlanks();
    if (r.code() !== 10) return;
    readNewline(r);
  }
}

function readHereDocument(r: Reader, { document, strip, line }: PendingHereDocument): void {
  const lines: string[] = [];
  const from = r.line - 1;
  for (;;) {
    const warn = (at: number, isOpen: boolean) => {
      const text = `here-document at line ${from} delimited by end-of-file (wanted \`${document.delimiter}')`;
      r.surroundings.warn?.({ line: at, text: `warning: ${text}` }, isOpen);
    };
    if (r.atEnd()) {
      warn(Math.max(line, r.line - 1), true);
      break;
    }
    const start = r.pos;
    const joined = readLine(r, document.quoted);
    const text = strip ? joined.replace(/^\t+/, "") : joined;
    if (text === document.delimiter) break;
    if (endsInSubstitution(r, text, document.delimiter)) {
      // As for a `)` in the middle of a line: what follows the delimiter is read on as commands.
      r.pos = start + (joined.length - text.length) + document.delimiter.length;
      r.line--;
      warn(r.line, false);
      break;
    }
    lines.push(text);
  }
  const text = lines.length > 0 ? `${lines.join("\n")}\n` : "";
  document.body = document.quoted ? quotedBody(text, line) : expandedBody(r, text, line);
}

/** bash's allowance for `$(cat <<E … E)`. */
function endsInSubstitution(r: Reader, text: string, delimiter: string): boolean {
  return r.substitutionDepth > 0 && text.startsWith(delimiter) && text.includes(")", delimiter.length);
}

/** One line without its newline; an unquoted document joins lines that end with an odd number of backslashes. */
function readLine(r: Reader, quoted: boolean): string {
  let text = "";
  for (;;) {
    const end = r.src.indexOf("\n", r.pos);
    const line = r.src.slice(r.pos, end);
    r.pos = end + 1;
    r.line++;
    if (quoted || !line.endsWith("\\") || /(?:^|[^\\])(?:\\\\)+$/.test(line) || r.atEnd()) return text + line;
    text += line.slice(0, -1);
  }
}

function quotedBody(text: string, line: number): Word {
  return makeWord(line, text, [{ type: "SingleQuoted", value: text }]);
}

function expandedBody(r: Reader, text: string, line: number): Word {
  let parts: WordPart[];
  if (!/[$`\\]/.test(text)) parts = text === "" ? [] : [{ type: "Literal", value: text }];
  else parts = bodyParts(r, text, line);
  return makeWord(line, text, [{ type: "DoubleQuoted", localized: false, parts }]);
}

/** bash looks into a body only when it expands it, and counts lines in each substitution from the command's own: one that does not parse is kept to be complained about then. */
function bodyParts(r: Reader, text: string, line: number): WordPart[] {
  const inner = new Reader(text, line, r.surroundings, r.substitution);
  inner.extglob = r.extglob;
  inner.hereDocument = true;
  const list = new PartList();
  try {
    readQuotedRuns(inner, list, HERE_DOCUMENT_STOP, NUL, "", line);
    const parts = list.finish();
    // What bash complains of is the whole body.
    for (const part of parts) if (part.type === "BadSubstitution") part.text = text;
    return parts;
  } catch (error) {
    if (!(error instanceof SyntaxFailure)) throw error;
    return [{ type: "BadSubstitution", text, of: null }];
  }
}
