import { decodeText } from "@shadowbox/vfs";
import { diffHunks, type Hunk, type HunkLine, isBinary } from "../diff/hunks.ts";
import { type Span, wordChanges } from "../diff/words.ts";
import { describeChange } from "./facts.ts";
import type { Picked } from "./select.ts";
import type { Change, ChangeFacts } from "./types.ts";

/** One line of a hunk as data. */
export interface ReviewLine {
  kind: HunkLine["kind"];
  /** The line with its end, if it has one; bytes that are no UTF-8 are lone surrogates U+DC80 to U+DCFF. */
  text: string;
  /** Of a removed or added line: the single change it belongs to, counted from 0 in the file. */
  change?: number;
  /** Stretches of `text` (UTF-16 code units) that differ from the lines on the other side. */
  words?: Span[];
  /** Number of the snapshot of the call that removed or added it. */
  call?: number;
}

/** One hunk as data; line numbers count from 1, as in `@@ -1,3 +1,4 @@`. */
export interface ReviewHunk {
  oldStart: number;
  oldLines: number;
  newStart: number;
  newLines: number;
  /** The line that opens the function or section around it; empty if there is none. */
  heading: string;
  lines: ReviewLine[];
}

/**
 * A change with its hunks, in the order in which selections count them. What is taken whole (created, deleted, binary, links) has
 * hunks to read only, or none.
 */
export interface ReviewedChange extends ChangeFacts {
  /** Whether single hunks can be selected. */
  partial: boolean;
  hunks: ReviewHunk[];
}

/** Who removed each line of the old text, and who added each line of the new; snapshot numbers. */
export interface Writers {
  removed: readonly (number | undefined)[];
  added: readonly (number | undefined)[];
}

const NOTHING = new Uint8Array();

/**
 * A change with its hunks, as a reviewer reads them; `context` lines around each, default 3. Of one that was picked in part, the
 * hunks with something of it.
 */
export function reviewChange(
  { change, partial: part }: Picked,
  writers?: Writers,
  context = 3,
): ReviewedChange {
  const facts = describeChange(change);
  const [old, now] = [change.before?.read() ?? NOTHING, change.after?.read() ?? NOTHING];
  const readable = !facts.binary && facts.type !== "directory" && change.kind !== "mode";
  const partial = canSplit(change);
  if (!readable || facts.similarity === 100) return { ...facts, partial, hunks: [] };
  let first = 0;
  const hunks = diffHunks(old, now, context).map((hunk) => {
    const reviewed = reviewHunk(hunk, first, writers);
    first += hunk.changes.length;
    return reviewed;
  });
  if (part === undefined) return { ...facts, partial, hunks };
  const isPart = ({ lines }: ReviewHunk) =>
    lines.some((line) => line.change !== undefined && part.changes.has(line.change));
  return { ...facts, partial, hunks: hunks.filter(isPart) };
}

/** Whether hunks of the change can be selected: a text that was there before and still is. */
export function canSplit({ before, after, kind }: Change): boolean {
  if (before?.kind !== "file" || after?.kind !== "file" || kind === "mode") return false;
  return !isBinary(before.read()) && !isBinary(after.read());
}

function reviewHunk(hunk: Hunk, first: number, writers: Writers | undefined): ReviewHunk {
  const { oldStart, oldLines, newStart, newLines } = hunk;
  const lines: ReviewLine[] = [];
  let at = 0;
  for (const [index, { oldAt, oldCount, newAt, newCount }] of hunk.changes.entries()) {
    for (; hunk.lines[at]?.kind === "context"; at++) lines.push(plainLine(hunk.lines[at] as HunkLine));
    const removed = hunk.lines.slice(at, at + oldCount);
    const added = hunk.lines.slice(at + oldCount, at + oldCount + newCount);
    const textOf = ({ text }: HunkLine) => text;
    const words = wordChanges(removed.map(textOf), added.map(textOf));
    const push = (list: HunkLine[], side: "removed" | "added", from: number) => {
      for (const [i, line] of list.entries()) {
        const spans = words[side][i] as Span[];
        const call = writers?.[side][from + i];
        lines.push({
          ...plainLine(line),
          change: first + index,
          ...(spans.length > 0 && { words: spans.map((span) => inText(line.text, span)) }),
          ...(call !== undefined && { call }),
        });
      }
    };
    push(removed, "removed", oldAt);
    push(added, "added", newAt);
    at += oldCount + newCount;
  }
  for (const line of hunk.lines.slice(at)) lines.push(plainLine(line));
  return { oldStart, oldLines, newStart, newLines, heading: decodeText(hunk.heading), lines };
}

function plainLine({ kind, text }: HunkLine): ReviewLine {
  return { kind, text: decodeText(text) };
}

/** Words end where characters do, so a span's ends can be counted in the decoded text. */
function inText(bytes: Uint8Array, [from, to]: Span): Span {
  const start = decodeText(bytes.subarray(0, from)).length;
  return [start, start + decodeText(bytes.subarray(from, to)).length];
}
