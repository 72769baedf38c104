import { isComplete } from "../parse/complete.ts";
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
    const origin = { line: pendingLine, name: "" };
    if (!isComplete(pending, (script, unfinished) => makeParser(sh, script, origin, unfinished))) continue;
    status = runParser(sh, makeParser(sh, pending, origin), origin);
    pending = "";
    if (sh.flow !== undefined || sh.syntaxFailed) return status;
  }
}
