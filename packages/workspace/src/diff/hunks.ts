import { compactChanges } from "./compact.ts";
import { type Lines, LineTable, lineAt } from "./lines.ts";
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
}

/** The hunks between two texts; `context` lines of surroundings, default 3. None if they are equal. */
export function diffHunks(oldBytes: Uint8Array, newBytes: Uint8Array, context = 3): Hunk[] {
  const table = new LineTable();
  const before = table.cut(oldBytes);
  const after = table.cut(newBytes);
  const edit = shortestEdit(before.ids, after.ids);
  compactChanges(before, edit.removed, edit.added);
  compactChanges(after, edit.added, edit.removed);
  return groupChanges(listChanges(edit.removed, edit.added), context).map((group) =>
    makeHunk(before, after, group, context),
  );
}

/** Lines `oldAt`… give way to lines `newAt`…, counted from 0. */
interface Change {
  oldAt: number;
  oldCount: number;
  newAt: number;
  newCount: number;
}

function listChanges(removed: Uint8Array, added: Uint8Array): Change[] {
  const changes: Change[] = [];
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

function groupChanges(changes: readonly Change[], context: number): Change[][] {
  const groups: Change[][] = [];
  for (const change of changes) {
    const group = groups.at(-1);
    const last = group?.at(-1);
    if (group && last && change.oldAt - (last.oldAt + last.oldCount) <= 2 * context) group.push(change);
    else groups.push([change]);
  }
  return groups;
}

function makeHunk(before: Lines, after: Lines, group: readonly Change[], context: number): Hunk {
  const first = group[0] as Change;
  const last = group.at(-1) as Change;
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
    heading: heading(before, oldFrom),
    lines,
  };
}

/** The nearest line above that begins with a letter, `_` or `$`: git's default notion of a function's first line. */
function heading(lines: Lines, from: number): Uint8Array {
  for (let i = from - 1; i >= 0; i--) {
    const line = lineAt(lines, i);
    const first = line[0] ?? 0;
    const opens =
      (first >= 0x41 && first <= 0x5a) ||
      (first >= 0x61 && first <= 0x7a) ||
      first === 0x5f ||
      first === 0x24;
    if (!opens) continue;
    let end = Math.min(line.length, 80);
    while (end > 0 && isSpace(line[end - 1] as number)) end--;
    return line.subarray(0, end);
  }
  return new Uint8Array();
}

function isSpace(byte: number): boolean {
  return byte === 0x20 || (byte >= 0x09 && byte <= 0x0d);
}

/** Whether git would call it binary: a NUL among the first 8,000 bytes. */
export function isBinary(bytes: Uint8Array): boolean {
  return bytes.subarray(0, 8000).includes(0);
}
