import { Parser } from "./parser.ts";

/** Makes a parser of a text; `unfinished` is called where a here-document does not end. */
type MakeParser = (text: string, unfinished: () => void) => Parser;

const plainParser: MakeParser = (text, unfinished) =>
  new Parser(text, { warn: (_, isOpen) => isOpen && unfinished() });

/** Whether a script needs no further line: it parses, or is wrong already. For prompts, which go on with another line where it does. */
export function isComplete(text: string, makeParser: MakeParser = plainParser): boolean {
  const whole = text.endsWith("\n") ? text : `${text}\n`;
  if (goesOn(whole, makeParser)) return false;
  let hereDocumentOpen = false;
  const parser = makeParser(whole, () => {
    hereDocumentOpen = true;
  });
  for (let unit = parser.next(); unit; unit = parser.next()) {
    if (unit.type === "SyntaxError")
      return unit.kind !== "end" && unit.kind !== "unmatched" && unit.kind !== "array-end";
  }
  return !hereDocumentOpen;
}

/** Whether the last line ends in a backslash that joins the next one to it: one that counts, outside of comments. */
function goesOn(whole: string, makeParser: MakeParser): boolean {
  const backslashes = /\\*(?=\n$)/.exec(whole)?.[0].length ?? 0;
  // A quote in its place would be open, unless nothing counts there.
  return backslashes % 2 === 1 && !isComplete(`${whole.slice(0, -2)}'\n`, makeParser);
}
