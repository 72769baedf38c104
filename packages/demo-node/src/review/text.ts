/** How a piece of text looks; what stands for what is the painter's. */
export type Look =
  | "plain"
  | "dim"
  | "bold"
  | "heading"
  | "added"
  | "addedWord"
  | "removed"
  | "removedWord"
  | "warning"
  | "cursor";

/** A stretch of one line of the screen. */
export interface Piece {
  text: string;
  look: Look;
}

/** One line of the screen. */
export type Line = readonly Piece[];

const ZERO = /\p{M}|[\u200b-\u200f]|\u2060|\ufeff/u;
const WIDE =
  /[\p{Emoji_Presentation}\u1100-\u115f\u2e80-\u303e\u3041-\u33ff\u3400-\u4dbf\u4e00-\u9fff\ua000-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60\uffe0-\uffe6]|[\u{20000}-\u{3fffd}]/u;
const PLAIN = /^[\u0020-\u007e]*$/;

/** Columns that a text takes on a terminal. */
export function widthOf(text: string): number {
  if (PLAIN.test(text)) return text.length;
  let width = 0;
  for (const char of text) width += charWidth(char);
  return width;
}

function charWidth(char: string): number {
  return ZERO.test(char) ? 0 : WIDE.test(char) ? 2 : 1;
}

const TAB = 4;

/** A text without anything that could drive the terminal: tabs as blanks from column `at` on, other controls as `^X`, odd bytes as `\xNN`. */
export function harmless(text: string, at = 0): string {
  if (PLAIN.test(text)) return text;
  let shown = "";
  for (const char of text) {
    const code = char.codePointAt(0) as number;
    if (char === "\t") shown += " ".repeat(TAB - ((at + widthOf(shown)) % TAB));
    else if (code >= 0xdc80 && code <= 0xdcff) shown += `\\x${(code - 0xdc00).toString(16)}`;
    else if (code < 0x20 || code === 0x7f) shown += `^${String.fromCharCode(code ^ 0x40)}`;
    else if (/[\u0080-\u009f\u202a-\u202e\u2066-\u2069]/.test(char) || (code >= 0xd800 && code <= 0xdfff))
      shown += `<U+${code.toString(16).toUpperCase()}>`;
    else shown += char;
  }
  return shown;
}

/** The line cut into lines of at most `width` columns. */
export function wrap(line: Line, width: number): Line[] {
  const rows: Piece[][] = [[]];
  let left = width;
  for (const { text, look } of line) {
    let part = "";
    for (const char of text) {
      const columns = charWidth(char);
      if (columns > left) {
        rows.at(-1)?.push({ text: part, look });
        rows.push([]);
        part = "";
        left = width;
      }
      part += char;
      left -= columns;
    }
    if (part !== "") rows.at(-1)?.push({ text: part, look });
  }
  return rows;
}

/** The line in exactly `width` columns: filled with blanks, or cut, with `…` for what is missing. */
export function fit(line: Line, width: number): Line {
  const whole = line.reduce((sum, { text }) => sum + widthOf(text), 0);
  if (whole <= width)
    return [...line, { text: " ".repeat(width - whole), look: line.at(-1)?.look ?? "plain" }];
  const [row = []] = wrap(line, width - 1);
  const used = row.reduce((sum, { text }) => sum + widthOf(text), 0);
  return [
    ...row,
    { text: `…${" ".repeat(Math.max(0, width - 1 - used))}`, look: row.at(-1)?.look ?? "plain" },
  ];
}

/** The beginning of a text in at most `width` columns. */
export function fitStart(text: string, width: number): string {
  if (widthOf(text) <= width) return text;
  const [row = []] = wrap([{ text, look: "plain" }], Math.max(0, width - 1));
  return `${row.map((piece) => piece.text).join("")}…`;
}

/** The end of a text in at most `width` columns: of a path the name counts most. */
export function fitEnd(text: string, width: number): string {
  if (widthOf(text) <= width) return text;
  const chars = [...text];
  while (chars.length > 0 && widthOf(chars.join("")) > width - 1) chars.shift();
  return `…${chars.join("")}`;
}

const SGR: Readonly<Record<Look, string>> = {
  plain: "",
  dim: "2",
  bold: "1",
  heading: "36",
  added: "32",
  addedWord: "32;7",
  removed: "31",
  removedWord: "31;7",
  warning: "33",
  cursor: "1;7",
};
/** Without colours: what must be told apart all the same is bold or reversed. */
const MONO: Readonly<Partial<Record<Look, string>>> = {
  bold: "1",
  addedWord: "7",
  removedWord: "7",
  warning: "1",
  cursor: "1;7",
};

/** What a place that lines are shown at can do. */
export type Paint = "colour" | "mono" | "none";

/** The line as bytes for a terminal. */
export function paint(line: Line, how: Paint): string {
  return line
    .map(({ text, look }) => {
      const code = how === "colour" ? SGR[look] : how === "mono" ? (MONO[look] ?? "") : "";
      return code === "" || text === "" ? text : `\u001b[${code}m${text}\u001b[0m`;
    })
    .join("");
}
