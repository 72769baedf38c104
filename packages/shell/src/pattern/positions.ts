/**
 * A set of places in a text as sorted, disjoint, non-adjoining ranges: `[first, last, first, last, …]`. What `*` reaches is one
 * range, however long the text.
 */
export type Positions = number[];

/** Adds a range that starts no earlier than any before it. */
export function append(set: Positions, first: number, last: number): void {
  const end = set.length - 1;
  if (end > 0 && first <= set[end]! + 1) {
    if (last > set[end]!) set[end] = last;
  } else set.push(first, last);
}

export function union(a: Positions, b: Positions): Positions {
  if (a.length === 0) return b;
  if (b.length === 0) return a;
  const out: Positions = [];
  let i = 0;
  let j = 0;
  while (i < a.length || j < b.length) {
    if (j >= b.length || (i < a.length && a[i]! <= b[j]!)) {
      append(out, a[i]!, a[i + 1]!);
      i += 2;
    } else {
      append(out, b[j]!, b[j + 1]!);
      j += 2;
    }
  }
  return out;
}

/** What is in `a` and not in `b`. */
export function difference(a: Positions, b: Positions): Positions {
  const out: Positions = [];
  let j = 0;
  for (let i = 0; i < a.length; i += 2) {
    let first = a[i]!;
    const last = a[i + 1]!;
    while (j < b.length && b[j + 1]! < first) j += 2;
    for (let k = j; k < b.length && b[k]! <= last; k += 2) {
      if (b[k]! > first) append(out, first, b[k]! - 1);
      first = b[k + 1]! + 1;
    }
    if (first <= last) append(out, first, last);
  }
  return out;
}

export function includes(set: Positions, position: number): boolean {
  for (let i = 0; i < set.length; i += 2) if (position >= set[i]! && position <= set[i + 1]!) return true;
  return false;
}
