import { compactChanges } from "./compact.ts";
import { isSpace, type Lines, LineTable, lineAt } from "./lines.ts";
import { shortestEdit } from "./myers.ts";

/** One line of a hunk; `text` is its bytes with the newline, if it has one. */
export interface HunkLine {
  kind: "context" | "removed" | "added";
  text: Uint8Array;
}

/** A stretch of changes with the lines around it. Line numbers count from 1, as in `@@ -1,3 +1,4 @@`. */
export interface Hunk {
  oldStart: number;
  oldLines: number;
  newStart: number;
  newLines: number;
  /** The line that opens the function or section around it, cut at 80 bytes; empty if there is none. */
  heading: Uint8Array;
  lines: HunkLine[];
  /** The single changes in it, in lines counted from 0: what it is split into. */
  changes: LineChange[];
}

/** The hunks between two texts; `context` lines of surroundings, default 3. None if they are equal. */
export function diffHunks(oldBytes: Uint8Array, newBytes: Uint8Array, context = 3): Hunk[] {
  const table = new LineTable();
  const before = table.cut(oldBytes);
  const after = table.cut(newBytes);
  const edit = shortestEdit(before, after, table.classes);
  compactChanges(before, edit.removed, edit.added);
  compactChanges(after, edit.added, edit.removed);
  const headings = new Headings(before);
  return groupChanges(listChanges(edit.removed, edit.added), context).map((group) =>
    makeHunk(before, after, group, context, headings),
  );
}

/** Lines that {@link diffHunks} would show as removed and as added. */
export function countChangedLines(
  oldBytes: Uint8Array,
  newBytes: Uint8Array,
): { removed: number; added: number } {
  const table = new LineTable();
  const [before, after] = [table.cut(oldBytes), table.cut(newBytes)];
  const edit = shortestEdit(before, after, table.classes);
  const count = (marks: Uint8Array) => marks.reduce((sum, mark) => sum + mark, 0);
  return { removed: count(edit.removed), added: count(edit.added) };
}

/** Lines `oldAt`… give way to lines `newAt`…, counted from 0. */
export interface LineChange {
  oldAt: number;
  oldCount: number;
  newAt: number;
  newCount: number;
}

function listChanges(removed: Uint8Array, added: Uint8Array): LineChange[] {
  const changes: LineChange[] = [];
  for (let i = 0, j = 0; i < removed.length || j < added.length; ) {
    const [oldAt, newAt] = [i, j];
    while (removed[i] === 1) i++;
    while (added[j] === 1) j++;
    if (i > oldAt || j > newAt) changes.push({ oldAt, oldCount: i - oldAt, newAt, newCount: j - newAt });
    i++;
    j++;
  }
  return changes;
}

function groupChanges(changes: readonly LineChange[], context: number): LineChange[][] {
  const groups: LineChange[][] = [];
  for (const change of changes) {
    const group = groups.at(-1);
    const last = group?.at(-1);
    if (group && last && change.oldAt - (last.oldAt + last.oldCount) <= 2 * context) group.push(change);
    else groups.push([change]);
  }
  return groups;
}

function makeHunk(
  before: Lines,
  after: Lines,
  group: readonly LineChange[],
  context: number,
  headings: Headings,
): Hunk {
  const first = group[0] as LineChange;
  const last = group.at(-1) as LineChange;
  const lead = Math.min(context, first.oldAt, first.newAt);
  const tail = Math.min(
    context,
    before.count - last.oldAt - last.oldCount,
    after.count - last.newAt - last.newCount,
  );
  const [oldFrom, newFrom] = [first.oldAt - lead, first.newAt - lead];
  const oldLines = last.oldAt + last.oldCount + tail - oldFrom;
  const newLines = last.newAt + last.newCount + tail - newFrom;
  const lines: HunkLine[] = [];
  let at = oldFrom;
  const contextTo = (end: number) => {
    for (; at < end; at++) lines.push({ kind: "context", text: lineAt(before, at) });
  };
  for (const change of group) {
    contextTo(change.oldAt);
    for (; at < change.oldAt + change.oldCount; at++)
      lines.push({ kind: "removed", text: lineAt(before, at) });
    for (let i = 0; i < change.newCount; i++)
      lines.push({ kind: "added", text: lineAt(after, change.newAt + i) });
  }
  contextTo(last.oldAt + last.oldCount + tail);
  return {
    oldStart: oldLines === 0 ? oldFrom : oldFrom + 1,
    oldLines,
    newStart: newLines === 0 ? newFrom : newFrom + 1,
    newLines,
    heading: headings.before(oldFrom),
    lines,
    changes: [...group],
  };
}

/** Headings of hunks: the nearest line above that begins with a letter, `_` or `$`, git's default notion of a function's first line. */
class Headings {
  readonly #lines: Lines;
  #from = 0;
  #found: Uint8Array = new Uint8Array();

  constructor(lines: Lines) {
    this.#lines = lines;
  }

  /** For a hunk that begins at line `at`; to be asked in ascending order. */
  before(at: number): Uint8Array {
    for (let i = at - 1; i >= this.#from; i--) {
      const line = lineAt(this.#lines, i);
      if (!opensSection(line[0] ?? 0)) continue;
      let end = Math.min(line.length, 80);
      while (end > 0 && isSpace(line[end - 1] as number)) end--;
      this.#found = line.subarray(0, end);
      break;
    }
    this.#from = Math.max(this.#from, at);
    return this.#found;
  }
}

function opensSection(byte: number): boolean {
  const letter = byte | 0x20;
  return (letter >= 0x61 && letter <= 0x7a) || byte === 0x5f || byte === 0x24;
}

/** Whether git would call it binary: a NUL among the first 8,000 bytes. */
export function isBinary(bytes: Uint8Array): boolean {
  return bytes.subarray(0, 8000).includes(0);
}
