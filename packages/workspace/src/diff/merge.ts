import { concat } from "@shadowbox/vfs";
import { sameBytes } from "../paths.ts";
import { diffHunks, type LineChange } from "./hunks.ts";
import { type Lines, LineTable } from "./lines.ts";

/** A text merged of two that come from one. */
export interface Merged {
  bytes: Uint8Array;
  /** Places at which both sides changed, and which now hold both between markers. */
  conflicts: number;
}

/** Names of the sides on conflict markers. */
export interface MergeLabels {
  ours: string;
  theirs: string;
}

/** A stretch of the base that at least one side changed, with the lines that each side has in its place. */
interface Region {
  from: number;
  to: number;
  ours?: [from: number, to: number];
  theirs?: [from: number, to: number];
}

/**
 * Three-way merge by lines. What one side changed is taken; where both changed the same lines, or lines that touch, to
 * different texts, both stand between conflict markers as git writes them.
 */
export function mergeTexts(
  base: Uint8Array,
  ours: Uint8Array,
  theirs: Uint8Array,
  labels: MergeLabels,
): Merged {
  const table = new LineTable();
  const [old, mine, other] = [table.cut(base), table.cut(ours), table.cut(theirs)] as const;
  const changesOf = (side: Uint8Array) => diffHunks(base, side, 0).flatMap(({ changes }) => changes);
  const parts: Uint8Array[] = [];
  let at = 0;
  let conflicts = 0;
  for (const region of regionsOf(changesOf(ours), changesOf(theirs))) {
    parts.push(span(old, at, region.from));
    at = region.to;
    const left = region.ours && span(mine, ...region.ours);
    const right = region.theirs && span(other, ...region.theirs);
    if (left === undefined || right === undefined) parts.push((left ?? right) as Uint8Array);
    else if (sameBytes(left, right)) parts.push(left);
    else {
      conflicts++;
      parts.push(...withMarkers(left, right, labels));
    }
  }
  parts.push(span(old, at, old.count));
  return { bytes: concat(parts), conflicts };
}

/** Both sides' changes in order, joined where they touch. */
function regionsOf(ours: readonly LineChange[], theirs: readonly LineChange[]): Region[] {
  const all = [
    ...ours.map((change) => ({ change, side: "ours" as const })),
    ...theirs.map((change) => ({ change, side: "theirs" as const })),
  ].sort((a, b) => a.change.oldAt - b.change.oldAt || a.change.oldCount - b.change.oldCount);
  const groups: (typeof all)[] = [];
  let end = -1;
  for (const item of all) {
    const { oldAt, oldCount } = item.change;
    if (oldAt > end) groups.push([]);
    groups.at(-1)?.push(item);
    end = Math.max(end, oldAt + oldCount);
  }
  return groups.map((group) => {
    const from = Math.min(...group.map(({ change }) => change.oldAt));
    const to = Math.max(...group.map(({ change }) => change.oldAt + change.oldCount));
    const sideOf = (side: "ours" | "theirs") =>
      linesInPlace(
        group.flatMap((item) => (item.side === side ? [item.change] : [])),
        from,
        to,
      );
    const [mine, other] = [sideOf("ours"), sideOf("theirs")];
    return { from, to, ...(mine && { ours: mine }), ...(other && { theirs: other }) };
  });
}

/** The lines of a side that stand for lines `from`…`to` of the base; undefined if it changed none of them. */
function linesInPlace(
  changes: readonly LineChange[],
  from: number,
  to: number,
): [number, number] | undefined {
  const [first, last] = [changes[0], changes.at(-1)];
  if (first === undefined || last === undefined) return undefined;
  return [first.newAt - (first.oldAt - from), last.newAt + last.newCount + (to - last.oldAt - last.oldCount)];
}

function withMarkers(ours: Uint8Array, theirs: Uint8Array, labels: MergeLabels): Uint8Array[] {
  const line = (text: string) => new TextEncoder().encode(`${text}\n`);
  return [
    line(`<<<<<<< ${labels.ours}`),
    ended(ours),
    line("======="),
    ended(theirs),
    line(`>>>>>>> ${labels.theirs}`),
  ];
}

/** A marker stands on a line of its own. */
function ended(bytes: Uint8Array): Uint8Array {
  return bytes.length === 0 || bytes[bytes.length - 1] === 0x0a
    ? bytes
    : concat([bytes, Uint8Array.of(0x0a)]);
}

function span(lines: Lines, from: number, to: number): Uint8Array {
  return lines.bytes.subarray(lines.starts[from], lines.starts[to]);
}
