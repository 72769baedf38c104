/** One replacement of an Edit call. */
export interface TextEdit {
  old: string;
  new: string;
}

/** A line that an edit takes or puts. */
export interface EditLine {
  mark: "-" | "+";
  text: string;
}

/** Path and replacements of a call's input, as the model wrote it; undefined where it is no Edit's. */
export function editsOf(input: string): { path: string; edits: TextEdit[] } | undefined {
  try {
    const { path, edits } = JSON.parse(input) as { path?: unknown; edits?: unknown };
    const isText = (part: unknown) => typeof part === "string";
    if (!isText(path) || !Array.isArray(edits)) return undefined;
    if (!edits.every((edit) => isText(edit?.old) && isText(edit?.new))) return undefined;
    return { path: path as string, edits };
  } catch {
    return undefined;
  }
}

/** The lines of the text that is taken, then those of what is put. */
export function editLines({ old, new: fresh }: TextEdit): EditLine[] {
  return [...marked("-", old), ...marked("+", fresh)];
}

export function printLines(lines: readonly EditLine[]): string {
  return lines.map(({ mark, text }) => `${mark} ${text}`).join("\n");
}

function marked(mark: EditLine["mark"], text: string): EditLine[] {
  if (text === "") return [];
  return text
    .replace(/\n$/, "")
    .split("\n")
    .map((line) => ({ mark, text: line }));
}
