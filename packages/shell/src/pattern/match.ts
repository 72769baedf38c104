import type { CharacterTest } from "./character-class.ts";
import type { GroupElement, PatternElement } from "./pattern-syntax.ts";
import { append, difference, type Positions, union } from "./positions.ts";

/** A text as characters. */
export type Codes = ArrayLike<number>;

/**
 * Where matches of a row of elements can end: all places at once, so that no choice is ever taken back and the time is bounded by
 * elements × length (× length again for groups that repeat or negate).
 */
export function ends(
  row: readonly PatternElement[],
  text: Codes,
  starts: Positions,
  period: boolean,
): Positions {
  let reached = starts;
  for (const element of row) {
    if (reached.length === 0) return reached;
    reached = step(element, text, reached, period);
  }
  return reached;
}

function step(element: PatternElement, text: Codes, from: Positions, period: boolean): Positions {
  switch (element.type) {
    case "literal":
      return literal(element.codes, text, from);
    case "one":
      return one(element.test, text, from, period);
    case "star":
      return star(text, from, period);
    case "group":
      return group(element, text, from, period);
  }
}

function literal(codes: readonly number[], text: Codes, from: Positions): Positions {
  const out: Positions = [];
  const size = codes.length;
  const [first] = codes;
  for (let i = 0; i < from.length; i += 2) {
    const last = Math.min(from[i + 1]!, text.length - size);
    for (let at = from[i]!; at <= last; at++) {
      if (text[at] !== first) continue;
      let k = 1;
      while (k < size && text[at + k] === codes[k]) k++;
      if (k === size) append(out, at + size, at + size);
    }
  }
  return out;
}

const PERIOD = 46;

/** A period at the start that no wildcard may match. */
function guarded(text: Codes, at: number, period: boolean): boolean {
  return period && at === 0 && text[0] === PERIOD;
}

function one(test: CharacterTest | null, text: Codes, from: Positions, period: boolean): Positions {
  const out: Positions = [];
  for (let i = 0; i < from.length; i += 2) {
    const last = Math.min(from[i + 1]!, text.length - 1);
    for (let at = from[i]!; at <= last; at++) {
      if (guarded(text, at, period)) continue;
      if (test === null || test(text[at]!)) append(out, at + 1, at + 1);
    }
  }
  return out;
}

function star(text: Codes, from: Positions, period: boolean): Positions {
  const [first] = from;
  if (!guarded(text, first!, period)) return [first!, text.length];
  const rest = difference(from, [0, 0]);
  return rest.length > 0 ? union([0, 0], [rest[0]!, text.length]) : [0, 0];
}

function group(element: GroupElement, text: Codes, from: Positions, period: boolean): Positions {
  switch (element.kind) {
    case "@":
      return alternatives(element, text, from, period);
    case "?":
      return union(from, alternatives(element, text, from, period));
    case "*":
      return union(from, repeat(element, text, from, period));
    case "+":
      return repeat(element, text, from, period);
    case "!":
      return negation(element, text, from, period);
  }
}

function alternatives(element: GroupElement, text: Codes, from: Positions, period: boolean): Positions {
  let out: Positions = [];
  for (const row of element.alternatives) out = union(out, ends(row, text, from, period));
  return out;
}

/** One or more times. */
function repeat(element: GroupElement, text: Codes, from: Positions, period: boolean): Positions {
  if (element.one) return runs(element.one, text, from, period);
  let reached: Positions = [];
  for (let fresh = from; fresh.length > 0; ) {
    const next = alternatives(element, text, fresh, period);
    fresh = difference(next, reached);
    reached = union(reached, next);
  }
  return reached;
}

/** Repetition of single characters: each start reaches as far as the run of them goes. */
function runs(test: CharacterTest, text: Codes, from: Positions, period: boolean): Positions {
  const out: Positions = [];
  let seen = -1;
  for (let i = 0; i < from.length; i += 2) {
    for (let at = Math.max(from[i]!, seen); at <= from[i + 1]!; at++) {
      let end = at;
      while (end < text.length && !guarded(text, end, period) && test(text[end]!)) end++;
      if (end > at) append(out, at + 1, end);
      seen = end;
      if (end > at) at = end;
    }
  }
  return out;
}

/** Every end at or after a start that no alternative reaches from that start. */
function negation(element: GroupElement, text: Codes, from: Positions, period: boolean): Positions {
  let out: Positions = [];
  for (let i = 0; i < from.length; i += 2) {
    for (let at = from[i]!; at <= from[i + 1]!; at++) {
      if (guarded(text, at, period)) continue;
      out = union(out, difference([at, text.length], alternatives(element, text, [at, at], period)));
      // Once a start reaches everything behind it, later starts add nothing.
      if (out.length === 2 && out[0] === from[0] && out[1] === text.length) return out;
    }
  }
  return out;
}
