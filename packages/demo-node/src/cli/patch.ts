import { styleOf } from "./terminal.ts";

/** A patch with git's colours on a terminal; the bytes as they are anywhere else. `words`: of the form `[-removed-]{+added+}`. */
export function colourPatch(patch: Uint8Array, stream: NodeJS.WriteStream, words = false): Uint8Array {
  const style = styleOf(stream);
  if (style.red("x") === "x") return patch;
  const text = Buffer.from(patch).toString("latin1");
  const lines = text.split("\n").map((line) => {
    if (/^(diff|index|---|\+\+\+|new file|deleted|old mode|new mode|similarity|rename) ?/.test(line))
      return style.bold(line);
    if (line.startsWith("@@")) return line.replace(/^@@.*?@@/, (head) => style.cyan(head));
    if (words) return line.replace(/\[-.*?-\]/g, style.red).replace(/\{\+.*?\+\}/g, style.green);
    if (line.startsWith("+")) return style.green(line);
    return line.startsWith("-") ? style.red(line) : line;
  });
  return Buffer.from(lines.join("\n"), "latin1");
}
