import { Parser } from "./parser.ts";

/** Makes a parser of a text; `unfinished` is called where a here-document does not end. */
type MakeParser = (text: string, unfinished: () => void) => Parser;

const plainParser: MakeParser = (text, unfinished) => new Parser(text, { warn: unfinished });

/** Whether a script needs no further line: it parses, or is wrong already. For prompts, which go on with another line where it does. */
export function isComplete(text: string, makeParser: MakeParser = plainParser): boolean {
  const whole = text.endsWith("\n") ? text : `${text}\n`;
  if (/\\\n$/.test(whole) && !/\\\\\n$/.test(whole)) return false;
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
