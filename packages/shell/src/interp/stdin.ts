import { ByteReader } from "./input.ts";
import type { Interpreter } from "./interpreter.ts";
import { makeParser, runParser } from "./source.ts";

/**
 * Runs commands from standard input. Commands may read what follows them in the input, so the script is taken line by line: as
 * many lines as make complete commands.
 */
export function runInput(sh: Interpreter): number {
  let status = 0;
  let line = 1;
  let pending = "";
  let pendingLine = 1;
  for (;;) {
    const reader = new ByteReader(sh, 0);
    const end = reader.until(10, Number.POSITIVE_INFINITY, undefined);
    const text = reader.text;
    if (end !== "found" && text === "") {
      if (pending !== "")
        status = runParser(sh, makeParser(sh, pending, { line: pendingLine, name: "" }), {
          line: pendingLine,
          name: "",
        });
      return status;
    }
    if (pending === "") pendingLine = line;
    pending += `${text}\n`;
    line++;
    if (!isComplete(sh, pending, pendingLine)) continue;
    status = runParser(sh, makeParser(sh, pending, { line: pendingLine, name: "" }), {
      line: pendingLine,
      name: "",
    });
    pending = "";
    if (sh.flow !== undefined || sh.syntaxFailed) return status;
  }
}

/** Whether a text needs no further line: it parses, or is wrong already. */
function isComplete(sh: Interpreter, text: string, line: number): boolean {
  if (/\\\n$/.test(text) && !/\\\\\n$/.test(text)) return false;
  let hereDocumentOpen = false;
  const parser = makeParser(sh, text, { line, name: "" }, () => {
    hereDocumentOpen = true;
  });
  for (let unit = parser.next(); unit; unit = parser.next()) {
    if (unit.type === "SyntaxError")
      return unit.kind !== "end" && unit.kind !== "unmatched" && unit.kind !== "array-end";
  }
  return !hereDocumentOpen;
}
