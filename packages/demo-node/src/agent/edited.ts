import { type EditLine, editLines, editsOf, type TextEdit } from "@shadowbox/agent";

/** A line that an Edit took or put, as it stands in the file. */
export interface EditedLine extends EditLine {
  /** From 1, in the file before or after; undefined where the place is not known. */
  number?: number;
}

/**
 * What an Edit did, as whole lines: of its input, and of the file as it is now, if that can be read. Empty for another tool's
 * input.
 */
export function editedLines(input: string, textOf: (path: string) => string | undefined): EditedLine[] {
  const edit = editsOf(input);
  if (edit === undefined) return [];
  const text = textOf(edit.path);
  return edit.edits.flatMap((each) => wholeLines(each, text) ?? editLines(each));
}

/** The lines that hold what was put, as they were and as they are; undefined where it is not to be found, or found twice. */
function wholeLines(edit: TextEdit, text: string | undefined): EditedLine[] | undefined {
  if (text === undefined || edit.new === "") return undefined;
  const at = text.indexOf(edit.new);
  if (at < 0 || text.indexOf(edit.new, at + 1) >= 0) return undefined;
  const start = at === 0 ? 0 : text.lastIndexOf("\n", at - 1) + 1;
  const next = text.indexOf("\n", at + edit.new.length);
  const end = next < 0 ? text.length : next;
  const around = (part: string) => text.slice(start, at) + part + text.slice(at + edit.new.length, end);
  const [old, now] = [around(edit.old).split("\n"), around(edit.new).split("\n")];
  let first = text.slice(0, start).split("\n").length;
  for (; old.length > 0 && old[0] === now[0]; first++) {
    old.shift();
    now.shift();
  }
  while (old.length > 0 && old.at(-1) === now.at(-1)) {
    old.pop();
    now.pop();
  }
  return [...numbered("-", old, first), ...numbered("+", now, first)];
}

function numbered(mark: EditLine["mark"], lines: readonly string[], first: number): EditedLine[] {
  return lines.map((text, index) => ({ mark, number: first + index, text }));
}
