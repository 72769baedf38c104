/**
 * The shortest edit script between two sequences of numbers: Myers, "An O(ND) Difference Algorithm and Its Variations"
 * (1986), the linear-space form. Answers which elements go and which are new.
 */
export interface Edit {
  /** 1 where the element of the old sequence is removed. */
  removed: Uint8Array;
  /** 1 where the element of the new sequence is added. */
  added: Uint8Array;
}

/** Cost at which the search for the shortest script gives way to a good one, so that unlike texts end soon. */
const COST_LIMIT = 4096;

export function shortestEdit(a: Int32Array, b: Int32Array): Edit {
  const edit = { removed: new Uint8Array(a.length), added: new Uint8Array(b.length) };
  const size = a.length + b.length + 3;
  const search: Search = {
    a,
    b,
    forward: new Int32Array(2 * size),
    backward: new Int32Array(2 * size),
    offset: size,
  };
  compare(search, edit, 0, a.length, 0, b.length);
  return edit;
}

interface Search {
  a: Int32Array;
  b: Int32Array;
  /** Furthest x on each diagonal, from either end. */
  forward: Int32Array;
  backward: Int32Array;
  offset: number;
}

function compare(search: Search, edit: Edit, fromA: number, toA: number, fromB: number, toB: number): void {
  const { a, b } = search;
  let [lowA, highA, lowB, highB] = [fromA, toA, fromB, toB];
  while (lowA < highA && lowB < highB && a[lowA] === b[lowB]) {
    lowA++;
    lowB++;
  }
  while (lowA < highA && lowB < highB && a[highA - 1] === b[highB - 1]) {
    highA--;
    highB--;
  }
  if (lowA === highA) edit.added.fill(1, lowB, highB);
  else if (lowB === highB) edit.removed.fill(1, lowA, highA);
  else {
    const middle = split(search, lowA, highA, lowB, highB);
    compare(search, edit, lowA, middle.x, lowB, middle.y);
    compare(search, edit, middle.x, highA, middle.y, highB);
  }
}

/** A point that a shortest script passes: where the searches from both ends meet. */
function split(
  search: Search,
  lowA: number,
  highA: number,
  lowB: number,
  highB: number,
): { x: number; y: number } {
  const { a, b, forward, backward, offset } = search;
  const down = lowA - lowB;
  const up = highA - highB;
  const odd = ((down - up) & 1) !== 0;
  let [downMin, downMax, upMin, upMax] = [down, down, up, up];
  const [min, max] = [lowA - highB - 1, highA - lowB + 1];
  forward[offset + down] = lowA;
  backward[offset + up] = highA;
  for (let cost = 1; ; cost++) {
    [downMin, downMax] = widen(forward, offset, downMin, downMax, min, max, -1);
    for (let d = downMax; d >= downMin; d -= 2) {
      let x = Math.max(forward[offset + d - 1] + 1, forward[offset + d + 1]);
      let y = x - d;
      while (x < highA && y < highB && a[x] === b[y]) {
        x++;
        y++;
      }
      forward[offset + d] = x;
      if (odd && upMin <= d && d <= upMax && backward[offset + d] <= x) return { x, y };
    }
    [upMin, upMax] = widen(backward, offset, upMin, upMax, min, max, 0x7fffffff);
    for (let d = upMax; d >= upMin; d -= 2) {
      let x = Math.min(backward[offset + d - 1], backward[offset + d + 1] - 1);
      let y = x - d;
      while (x > lowA && y > lowB && a[x - 1] === b[y - 1]) {
        x--;
        y--;
      }
      backward[offset + d] = x;
      if (!odd && downMin <= d && d <= downMax && x <= forward[offset + d]) return { x, y };
    }
    if (cost >= COST_LIMIT) return furthest(search, { downMin, downMax, highA, highB });
  }
}

function widen(
  reach: Int32Array,
  offset: number,
  low: number,
  high: number,
  min: number,
  max: number,
  outside: number,
): [number, number] {
  let [from, to] = [low, high];
  if (from > min) reach[offset + --from - 1] = outside;
  else from++;
  if (to < max) reach[offset + ++to + 1] = outside;
  else to--;
  return [from, to];
}

function furthest(
  { forward, offset }: Search,
  { downMin, downMax, highA, highB }: { downMin: number; downMax: number; highA: number; highB: number },
): { x: number; y: number } {
  let best = { x: 0, y: 0 };
  for (let d = downMax; d >= downMin; d -= 2) {
    const x = Math.min(forward[offset + d], highA);
    const y = Math.min(x - d, highB);
    if (x + y > best.x + best.y) best = { x: y + d, y };
  }
  return best;
}
