import type { Lines } from "./lines.ts";

/**
 * Which lines take part in the search for the shortest script. As in git: equal ends are left out; a line that the other
 * side lacks is a change without further ado; so is one that the other side has very often (a lone brace) amid such lines,
 * which would only tie unrelated places together.
 */
export interface Sifted {
  /** Classes of the lines that take part. */
  ids: Int32Array;
  /** Their places in the text. */
  places: Int32Array;
}

/** Sets `removed`/`added` for the lines that are sifted out as changes. */
export function siftLines(
  before: Lines,
  after: Lines,
  classes: number,
  removed: Uint8Array,
  added: Uint8Array,
): { old: Sifted; fresh: Sifted } {
  const shorter = Math.min(before.count, after.count);
  let head = 0;
  while (head < shorter && before.ids[head] === after.ids[head]) head++;
  let tail = 0;
  while (tail < shorter - head && before.ids[before.count - 1 - tail] === after.ids[after.count - 1 - tail])
    tail++;
  const oldCounts = countClasses(before, classes);
  const newCounts = countClasses(after, classes);
  return {
    old: siftSide(before, newCounts, head, tail, removed),
    fresh: siftSide(after, oldCounts, head, tail, added),
  };
}

function countClasses(lines: Lines, classes: number): Uint32Array {
  const counts = new Uint32Array(classes);
  for (const id of lines.ids) counts[id]++;
  return counts;
}

const Rate = { NONE: 0, FEW: 1, MANY: 2 } as const;

function siftSide(
  lines: Lines,
  others: Uint32Array,
  head: number,
  tail: number,
  changed: Uint8Array,
): Sifted {
  const end = lines.count - tail;
  const many = Math.min(roughSqrt(lines.count), MANY_AT_MOST);
  const rates = new Uint8Array(lines.count);
  for (let i = head; i < end; i++) {
    const matches = others[lines.ids[i] as number] as number;
    rates[i] = matches === 0 ? Rate.NONE : matches >= many ? Rate.MANY : Rate.FEW;
  }
  const places: number[] = [];
  for (let i = head; i < end; i++) {
    const stays = rates[i] === Rate.FEW || (rates[i] === Rate.MANY && !isNoise(rates, i, head, end - 1));
    if (stays) places.push(i);
    else changed[i] = 1;
  }
  return {
    ids: Int32Array.from(places, (place) => lines.ids[place] as number),
    places: Int32Array.from(places),
  };
}

/** A power of two near the square root. */
export function roughSqrt(count: number): number {
  let root = 1;
  for (let rest = count; rest > 0; rest >>>= 2) root <<= 1;
  return root;
}

const MANY_AT_MOST = 1024;
/** Lines looked at on either side. */
const WINDOW = 100;
/** So many matchless lines must there be to a frequent one. */
const NOISE_FACTOR = 4;

/** Whether the frequent line at `at` stands in a run of frequent and matchless lines with mostly matchless ones on both sides. */
function isNoise(rates: Uint8Array, at: number, first: number, last: number): boolean {
  const up = run(rates, at, -1, Math.max(first, at - WINDOW));
  if (up.none === 0) return false;
  const down = run(rates, at, 1, Math.min(last, at + WINDOW));
  if (down.none === 0) return false;
  const none = up.none + down.none;
  const frequent = up.many + down.many;
  return frequent * NOISE_FACTOR < frequent + none;
}

function run(rates: Uint8Array, at: number, step: 1 | -1, end: number): { none: number; many: number } {
  // The line itself counts once for either side.
  const found = { none: 0, many: 1 };
  for (let i = at + step; step < 0 ? i >= end : i <= end; i += step) {
    if (rates[i] === Rate.NONE) found.none++;
    else if (rates[i] === Rate.MANY) found.many++;
    else break;
  }
  return found;
}
