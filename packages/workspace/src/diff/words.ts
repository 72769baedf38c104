import { concat } from "@shadowbox/vfs";
import { LineTable, lineAt } from "./lines.ts";
import { shortestEdit } from "./myers.ts";

/** Bytes `from` to `to` (not included) of a line. */
export type Span = readonly [from: number, to: number];

/** What differs within lines that give way to others: for each line its stretches that the other side has not. */
export interface WordChanges {
  removed: Span[][];
  added: Span[][];
}

/** Above this, bytes of both sides together, lines are not compared by words. */
const MOST_BYTES = 64 << 10;
/** Lines that have less than this in common are new ones, not changed ones: no word of them is pointed out. */
const LEAST_COMMON = 0.3;

/**
 * The words that changed between removed lines and the added ones that follow them; words are runs of letters, digits and `_`, runs
 * of blanks, and any other character by itself. No spans where the sides have too little in common, or are too long to tell.
 */
export function wordChanges(removed: readonly Uint8Array[], added: readonly Uint8Array[]): WordChanges {
  const none = { removed: removed.map(() => []), added: added.map(() => []) };
  const [old, fresh] = [concat(removed), concat(added)];
  if (old.length === 0 || fresh.length === 0 || old.length + fresh.length > MOST_BYTES) return none;
  const table = new LineTable();
  const [before, after] = [table.cutAt(old, wordStarts(old)), table.cutAt(fresh, wordStarts(fresh))];
  const edit = shortestEdit(before, after, table.classes);
  const weights = [before, after].map((words, side) => {
    const gone = side === 0 ? edit.removed : edit.added;
    let [all, kept] = [0, 0];
    for (let i = 0; i < words.count; i++) {
      const word = lineAt(words, i);
      if (kindOf(word[0] as number) === Kind.BLANK || word[0] === NEWLINE) continue;
      all += word.length;
      if (gone[i] === 0) kept += word.length;
    }
    return { all, kept };
  });
  if (weights.some(({ all, kept }) => kept < all * LEAST_COMMON && kept < all)) return none;
  return {
    removed: spansOf(removed, before.starts, edit.removed),
    added: spansOf(added, after.starts, edit.added),
  };
}

/** A stretch of text on both sides, or on one. */
export interface WordRun {
  kind: "common" | "removed" | "added";
  text: Uint8Array;
}

/** Removed and added lines as one text: what they have in common once, what differs from each side. */
export function mergeWords(removed: Uint8Array, added: Uint8Array): WordRun[] {
  const table = new LineTable();
  const [before, after] = [table.cutAt(removed, wordStarts(removed)), table.cutAt(added, wordStarts(added))];
  const edit = shortestEdit(before, after, table.classes);
  const runs: WordRun[] = [];
  const push = (kind: WordRun["kind"], lines: typeof before, from: number, to: number) => {
    if (to > from) runs.push({ kind, text: lines.bytes.subarray(lines.starts[from], lines.starts[to]) });
  };
  for (let i = 0, j = 0; i < before.count || j < after.count; ) {
    const [goneFrom, freshFrom] = [i, j];
    while (edit.removed[i] === 1) i++;
    while (edit.added[j] === 1) j++;
    push("removed", before, goneFrom, i);
    push("added", after, freshFrom, j);
    const commonFrom = j;
    while (i < before.count && j < after.count && edit.removed[i] === 0 && edit.added[j] === 0) {
      i++;
      j++;
    }
    push("common", after, commonFrom, j);
  }
  return runs;
}

/** Marked words as stretches of each line; a blank between two of them belongs to both. */
function spansOf(lines: readonly Uint8Array[], starts: Uint32Array, marked: Uint8Array): Span[][] {
  let word = 0;
  let begin = 0;
  return lines.map((line) => {
    const spans: [number, number][] = [];
    const end = begin + line.length;
    for (; word < marked.length && (starts[word] as number) < end; word++) {
      if (marked[word] === 0 || line[(starts[word] as number) - begin] === NEWLINE) continue;
      const [from, to] = [(starts[word] as number) - begin, (starts[word + 1] as number) - begin];
      const last = spans.at(-1);
      if (last !== undefined && isBlank(line.subarray(last[1], from))) last[1] = to;
      else spans.push([from, to]);
    }
    begin = end;
    return spans;
  });
}

const NEWLINE = 0x0a;
const Kind = { WORD: 0, BLANK: 1, SINGLE: 2 } as const;

function kindOf(byte: number): number {
  const letter = byte | 0x20;
  if ((letter >= 0x61 && letter <= 0x7a) || (byte >= 0x30 && byte <= 0x39) || byte === 0x5f || byte > 0x7f)
    return Kind.WORD;
  return byte === 0x20 || byte === 0x09 || byte === 0x0d ? Kind.BLANK : Kind.SINGLE;
}

function isBlank(bytes: Uint8Array): boolean {
  return bytes.every((byte) => kindOf(byte) === Kind.BLANK);
}

function wordStarts(bytes: Uint8Array): number[] {
  const starts: number[] = [];
  let last: number = Kind.SINGLE;
  for (const [at, byte] of bytes.entries()) {
    const kind = kindOf(byte);
    if (kind === Kind.SINGLE || kind !== last) starts.push(at);
    last = kind;
  }
  return starts;
}
