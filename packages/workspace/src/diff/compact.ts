import { isSpace, type Lines, lineAt } from "./lines.ts";

/**
 * Moves groups of changed lines to where a reader expects them, as git does: as far down as equal lines allow, joined
 * with a neighbour or aligned with the other side where that is possible, else to the place whose indentation reads best.
 */
export function compactChanges(lines: Lines, changed: Uint8Array, other: Uint8Array): void {
  const side: Side = { lines, changed };
  const at = firstGroup(changed);
  const peer = firstGroup(other);
  for (;;) {
    if (at.end !== at.start) slide(side, at, other, peer);
    if (!nextGroup(changed, at)) return;
    nextGroup(other, peer);
  }
}

interface Side {
  lines: Lines;
  changed: Uint8Array;
}

/** A run of changed lines, possibly empty, between two unchanged ones. */
interface Group {
  start: number;
  end: number;
}

function firstGroup(changed: Uint8Array): Group {
  const group = { start: 0, end: 0 };
  while (changed[group.end] === 1) group.end++;
  return group;
}

function nextGroup(changed: Uint8Array, group: Group): boolean {
  if (group.end === changed.length) return false;
  group.start = group.end + 1;
  group.end = group.start;
  while (changed[group.end] === 1) group.end++;
  return true;
}

function previousGroup(changed: Uint8Array, group: Group): boolean {
  if (group.start === 0) return false;
  group.end = group.start - 1;
  group.start = group.end;
  while (group.start > 0 && changed[group.start - 1] === 1) group.start--;
  return true;
}

function slideDown({ lines, changed }: Side, group: Group): boolean {
  if (group.end >= lines.count || lines.ids[group.start] !== lines.ids[group.end]) return false;
  changed[group.start++] = 0;
  changed[group.end++] = 1;
  while (changed[group.end] === 1) group.end++;
  return true;
}

function slideUp({ lines, changed }: Side, group: Group): boolean {
  if (group.start === 0 || lines.ids[group.start - 1] !== lines.ids[group.end - 1]) return false;
  changed[--group.start] = 1;
  changed[--group.end] = 0;
  while (group.start > 0 && changed[group.start - 1] === 1) group.start--;
  return true;
}

function slide(side: Side, group: Group, other: Uint8Array, peer: Group): void {
  let earliest: number;
  let matching: number;
  let size: number;
  do {
    size = group.end - group.start;
    matching = -1;
    while (slideUp(side, group)) previousGroup(other, peer);
    earliest = group.end;
    if (peer.end > peer.start) matching = group.end;
    while (slideDown(side, group)) {
      nextGroup(other, peer);
      if (peer.end > peer.start) matching = group.end;
    }
  } while (size !== group.end - group.start);
  if (group.end === earliest) return;
  if (matching !== -1) {
    while (peer.end === peer.start) {
      slideUp(side, group);
      previousGroup(other, peer);
    }
    return;
  }
  const best = bestShift(
    side.lines,
    group,
    Math.max(earliest, group.end - size - 1, group.end - MAX_SLIDING),
  );
  while (group.end > best) {
    slideUp(side, group);
    previousGroup(other, peer);
  }
}

const MAX_SLIDING = 100;

function bestShift(lines: Lines, group: Group, from: number): number {
  const size = group.end - group.start;
  let best = -1;
  let bestScore: Score = { indent: 0, penalty: 0 };
  for (let shift = from; shift <= group.end; shift++) {
    const score = { indent: 0, penalty: 0 };
    addScore(score, measure(lines, shift));
    addScore(score, measure(lines, shift - size));
    if (best === -1 || compareScores(score, bestScore) <= 0) {
      bestScore = score;
      best = shift;
    }
  }
  return best;
}

interface Score {
  indent: number;
  penalty: number;
}

function compareScores(a: Score, b: Score): number {
  return INDENT_WEIGHT * Math.sign(a.indent - b.indent) + (a.penalty - b.penalty);
}

/** What surrounds a cut before line `split`. */
interface Cut {
  atEnd: boolean;
  indent: number;
  preBlank: number;
  preIndent: number;
  postBlank: number;
  postIndent: number;
}

const MAX_BLANKS = 20;
const MAX_INDENT = 200;

/** Columns of indentation, -1 for a blank line. */
function indentOf(lines: Lines, index: number): number {
  let columns = 0;
  for (const byte of lineAt(lines, index)) {
    if (byte === 0x20) columns++;
    else if (byte === 0x09) columns += 8 - (columns % 8);
    else if (!isSpace(byte)) return columns;
    if (columns >= MAX_INDENT) return MAX_INDENT;
  }
  return -1;
}

function measure(lines: Lines, split: number): Cut {
  const atEnd = split >= lines.count;
  const cut: Cut = {
    atEnd,
    indent: atEnd ? -1 : indentOf(lines, split),
    preBlank: 0,
    preIndent: -1,
    postBlank: 0,
    postIndent: -1,
  };
  for (let i = split - 1; i >= 0; i--) {
    cut.preIndent = indentOf(lines, i);
    if (cut.preIndent !== -1) break;
    if (++cut.preBlank === MAX_BLANKS) {
      cut.preIndent = 0;
      break;
    }
  }
  for (let i = split + 1; i < lines.count; i++) {
    cut.postIndent = indentOf(lines, i);
    if (cut.postIndent !== -1) break;
    if (++cut.postBlank === MAX_BLANKS) {
      cut.postIndent = 0;
      break;
    }
  }
  return cut;
}

/** Weights that git found by letting people judge diffs (git's "indent heuristic", 2016). */
const INDENT_WEIGHT = 60;
const PENALTY = {
  startOfFile: 1,
  endOfFile: 21,
  totalBlank: -30,
  postBlank: 6,
  relativeIndent: -4,
  relativeIndentWithBlank: 10,
  relativeOutdent: 24,
  relativeOutdentWithBlank: 17,
  relativeDedent: 23,
  relativeDedentWithBlank: 17,
} as const;

function addScore(score: Score, cut: Cut): void {
  if (cut.preIndent === -1 && cut.preBlank === 0) score.penalty += PENALTY.startOfFile;
  if (cut.atEnd) score.penalty += PENALTY.endOfFile;
  const postBlank = cut.indent === -1 ? 1 + cut.postBlank : 0;
  const totalBlank = cut.preBlank + postBlank;
  score.penalty += PENALTY.totalBlank * totalBlank + PENALTY.postBlank * postBlank;
  const indent = cut.indent !== -1 ? cut.indent : cut.postIndent;
  const blank = totalBlank !== 0;
  score.indent += indent;
  if (indent === -1 || cut.preIndent === -1 || indent === cut.preIndent) return;
  if (indent > cut.preIndent)
    score.penalty += blank ? PENALTY.relativeIndentWithBlank : PENALTY.relativeIndent;
  else if (cut.postIndent !== -1 && cut.postIndent > indent)
    score.penalty += blank ? PENALTY.relativeOutdentWithBlank : PENALTY.relativeOutdent;
  else score.penalty += blank ? PENALTY.relativeDedentWithBlank : PENALTY.relativeDedent;
}
