import type { ReviewLine } from "@shadowbox/sandbox/node";
import type { Part } from "./model.ts";
import { fit, harmless, type Line, type Look, type Piece, wrap } from "./text.ts";

/** Narrower than this the numbers of lines are left out. */
const NUMBERS_FROM = 60;

/** What of a hunk is drawn. */
type PartLines = Omit<Part, "changes" | "calls">;

const MARK = { context: " ", removed: "-", added: "+" } as const;
const LOOKS: Record<ReviewLine["kind"], { line: Look; word: Look }> = {
  context: { line: "plain", word: "plain" },
  removed: { line: "removed", word: "removedWord" },
  added: { line: "added", word: "addedWord" },
};

/** `@@ -1,3 +1,4 @@ heading`. */
export function headingOf({ oldStart, oldLines, newStart, newLines, heading }: PartLines): string {
  const range = (start: number, lines: number) => (lines === 1 ? `${start}` : `${start},${lines}`);
  return `@@ -${range(oldStart, oldLines)} +${range(newStart, newLines)} @@ ${harmless(heading)}`.trimEnd();
}

/** The line's text, with the words that differ made out; `at` is the column it begins in. */
function piecesOf({ kind, text, words = [] }: ReviewLine, at: number): Piece[] {
  const { line, word } = LOOKS[kind];
  const end = text.endsWith("\n") ? text.length - 1 : text.length;
  const pieces: Piece[] = [];
  let done = 0;
  let column = at;
  const push = (to: number, look: Look) => {
    if (to <= done) return;
    const shown = harmless(text.slice(done, to), column);
    pieces.push({ text: shown, look });
    column += shown.length;
    done = to;
  };
  for (const [from, to] of words) {
    push(Math.min(from, end), line);
    push(Math.min(to, end), word);
  }
  push(end, line);
  if (end === text.length && text !== "") pieces.push({ text: " (no newline at the end)", look: "dim" });
  return pieces;
}

const kept = new WeakMap<Part["lines"], { width: number; sideBySide: boolean; rows: Line[] }>();

/** The rows of a part: kept, since the same are drawn again with every key. */
export function partRows(part: Part, width: number, sideBySide: boolean): readonly Line[] {
  const known = kept.get(part.lines);
  if (known?.width === width && known.sideBySide === sideBySide) return known.rows;
  const rows = sideBySide ? sideRows(part, width) : unifiedRows(part, width);
  kept.set(part.lines, { width, sideBySide, rows });
  return rows;
}

/** Lines under each other, as in a patch. */
export function unifiedRows(part: PartLines, width: number): Line[] {
  const digits = width < NUMBERS_FROM ? 0 : digitsOf(part);
  let [old, now] = [part.oldStart, part.newStart];
  return part.lines.flatMap((line) => {
    const numbers = digits
      ? `${gap(line.kind === "added" ? "" : String(old), digits)} ${gap(line.kind === "removed" ? "" : String(now), digits)} `
      : "";
    if (line.kind !== "added") old++;
    if (line.kind !== "removed") now++;
    const look = LOOKS[line.kind].line;
    const rows = wrap(piecesOf(line, 0), Math.max(1, width - numbers.length - 1));
    return rows.map((row, i) => [
      { text: i === 0 ? numbers : " ".repeat(numbers.length), look: "dim" as const },
      { text: MARK[line.kind], look },
      ...row,
    ]);
  });
}

/** The old lines on the left, the new ones on the right. */
export function sideRows(part: PartLines, width: number): Line[] {
  const digits = width < NUMBERS_FROM * 1.5 ? 0 : digitsOf(part);
  const half = Math.max(2, Math.floor((width - 1) / 2));
  let [old, now] = [part.oldStart, part.newStart];
  return pairs(part.lines).flatMap(([left, right]) => {
    const cells = [
      cell(left, left && old, half, digits),
      cell(right, right && now, width - half - 1, digits),
    ] as const;
    if (left) old++;
    if (right) now++;
    const rows = Math.max(cells[0].length, cells[1].length);
    return Array.from({ length: rows }, (_, i) => [
      ...fit(cells[0][i] ?? [], half),
      { text: "│", look: "dim" as const },
      ...(cells[1][i] ?? []),
    ]);
  });
}

function cell(
  line: ReviewLine | undefined,
  number: number | undefined,
  width: number,
  digits: number,
): Line[] {
  if (line === undefined) return [];
  const gutter = digits ? `${gap(String(number), digits)} ` : "";
  const rows = wrap(piecesOf(line, 0), Math.max(1, width - gutter.length - 1));
  return rows.map((row, i) => [
    { text: i === 0 ? gutter : " ".repeat(gutter.length), look: "dim" as const },
    { text: MARK[line.kind], look: LOOKS[line.kind].line },
    ...row,
  ]);
}

/** Lines that stand beside each other. */
function pairs(lines: readonly ReviewLine[]): [ReviewLine | undefined, ReviewLine | undefined][] {
  const rows: [ReviewLine | undefined, ReviewLine | undefined][] = [];
  for (let at = 0; at < lines.length; ) {
    const line = lines[at] as ReviewLine;
    if (line.kind === "context") {
      rows.push([line, line]);
      at++;
      continue;
    }
    const run = (kind: ReviewLine["kind"]) => {
      const from = at;
      while (lines[at]?.kind === kind) at++;
      return lines.slice(from, at);
    };
    const [removed, added] = [run("removed"), run("added")];
    for (let i = 0; i < Math.max(removed.length, added.length); i++) rows.push([removed[i], added[i]]);
  }
  return rows;
}

function digitsOf({ oldStart, oldLines, newStart, newLines }: PartLines): number {
  return Math.max(3, String(Math.max(oldStart + oldLines, newStart + newLines)).length);
}

function gap(text: string, width: number): string {
  return text.padStart(width);
}
