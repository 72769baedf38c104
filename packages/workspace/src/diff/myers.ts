import type { Lines } from "./lines.ts";
import { roughSqrt, type Sifted, siftLines } from "./sift.ts";

/** Which lines go and which are new. */
export interface Edit {
  /** 1 where the line of the old text is removed. */
  removed: Uint8Array;
  /** 1 where the line of the new text is added. */
  added: Uint8Array;
}

/**
 * The shortest edit script between two texts: Myers, "An O(ND) Difference Algorithm and Its Variations" (1986), the
 * linear-space form. Among scripts of equal length, and when texts are so unlike that the search is cut short, the choices
 * are git's, so that the script is the one that git finds.
 */
export function shortestEdit(before: Lines, after: Lines, classes: number): Edit {
  const edit = { removed: new Uint8Array(before.count), added: new Uint8Array(after.count) };
  const { old, fresh } = siftLines(before, after, classes, edit.removed, edit.added);
  new Search(old, fresh, edit).compare(0, old.ids.length, 0, fresh.ids.length, false);
  return edit;
}

/** The search gives up the shortest script for a good one when it has become this expensive, at least. */
const LEAST_COST_LIMIT = 256;
/** Equal lines in a row that make a place worth cutting at before the search is over… */
const LONG_SNAKE = 20;
/** …once it has become this expensive… */
const CUT_EARLY_COST = 256;
/** …and the place is further than so many times the cost. */
const CUT_EARLY_FACTOR = 4;
const FAR = 0x7fffffff;

/** Where the texts are cut in two; a half that need not be the best is not searched to the end. */
interface Cut {
  x: number;
  y: number;
  lowExact: boolean;
  highExact: boolean;
}

/** A part of both texts, and the diagonals that the searches from its two ends have reached. */
interface Box {
  lowA: number;
  highA: number;
  lowB: number;
  highB: number;
  down: Band;
  up: Band;
}

interface Band {
  /** Diagonal of the corner it starts from. */
  middle: number;
  min: number;
  max: number;
}

class Search {
  readonly #a: Int32Array;
  readonly #b: Int32Array;
  readonly #old: Sifted;
  readonly #fresh: Sifted;
  readonly #edit: Edit;
  /** Furthest place in the old text on each diagonal, from the low and from the high end. */
  readonly #down: Int32Array;
  readonly #up: Int32Array;
  /** Index of diagonal 0. */
  readonly #zero: number;
  readonly #costLimit: number;

  constructor(old: Sifted, fresh: Sifted, edit: Edit) {
    this.#old = old;
    this.#fresh = fresh;
    this.#a = old.ids;
    this.#b = fresh.ids;
    this.#edit = edit;
    const diagonals = this.#a.length + this.#b.length + 3;
    this.#zero = this.#b.length + 1;
    this.#down = new Int32Array(diagonals + 1);
    this.#up = new Int32Array(diagonals + 1);
    this.#costLimit = Math.max(roughSqrt(diagonals), LEAST_COST_LIMIT);
  }

  /** Marks the differences between two parts; `exact`: to the shortest script, whatever it costs. */
  compare(fromA: number, toA: number, fromB: number, toB: number, exact: boolean): void {
    const [a, b] = [this.#a, this.#b];
    let [lowA, highA, lowB, highB] = [fromA, toA, fromB, toB];
    while (lowA < highA && lowB < highB && a[lowA] === b[lowB]) {
      lowA++;
      lowB++;
    }
    while (lowA < highA && lowB < highB && a[highA - 1] === b[highB - 1]) {
      highA--;
      highB--;
    }
    if (lowA === highA)
      for (let i = lowB; i < highB; i++) this.#edit.added[this.#fresh.places[i] as number] = 1;
    else if (lowB === highB)
      for (let i = lowA; i < highA; i++) this.#edit.removed[this.#old.places[i] as number] = 1;
    else {
      const cut = this.#split(lowA, highA, lowB, highB, exact);
      this.compare(lowA, cut.x, lowB, cut.y, cut.lowExact);
      this.compare(cut.x, highA, cut.y, highB, cut.highExact);
    }
  }

  /** Where the searches from both ends meet, or a good place to cut when that takes too long. */
  #split(lowA: number, highA: number, lowB: number, highB: number, exact: boolean): Cut {
    const down = lowA - lowB;
    const up = highA - highB;
    const box: Box = {
      ...{ lowA, highA, lowB, highB },
      down: { middle: down, min: down, max: down },
      up: { middle: up, min: up, max: up },
    };
    this.#down[this.#zero + down] = lowA;
    this.#up[this.#zero + up] = highA;
    const odd = ((down - up) & 1) !== 0;
    for (let cost = 1; ; cost++) {
      const forward = this.#stepDown(box, odd);
      if (typeof forward !== "boolean") return forward;
      const backward = this.#stepUp(box, !odd);
      if (typeof backward !== "boolean") return backward;
      if (exact) continue;
      if ((forward || backward) && cost > CUT_EARLY_COST) {
        const early = this.#goodPlace(box, cost);
        if (early !== undefined) return early;
      }
      if (cost >= this.#costLimit) return this.#furthest(box);
    }
  }

  /** One edit further from the low end; the meeting point, or whether a long run of equal lines was passed. */
  #stepDown({ lowA, highA, lowB, highB, down, up }: Box, meets: boolean): Cut | boolean {
    const [a, b, reach, zero] = [this.#a, this.#b, this.#down, this.#zero];
    widen(down, lowA - highB, highA - lowB, (d) => {
      reach[zero + d] = -1;
    });
    let long = false;
    for (let d = down.max; d >= down.min; d -= 2) {
      const [left, right] = [reach[zero + d - 1] as number, reach[zero + d + 1] as number];
      let x = left >= right ? left + 1 : right;
      const start = x;
      let y = x - d;
      while (x < highA && y < highB && a[x] === b[y]) {
        x++;
        y++;
      }
      if (x - start > LONG_SNAKE) long = true;
      reach[zero + d] = x;
      if (meets && up.min <= d && d <= up.max && (this.#up[zero + d] as number) <= x)
        return { x, y, lowExact: true, highExact: true };
    }
    return long;
  }

  /** The same from the high end. */
  #stepUp({ lowA, highA, lowB, highB, down, up }: Box, meets: boolean): Cut | boolean {
    const [a, b, reach, zero] = [this.#a, this.#b, this.#up, this.#zero];
    widen(up, lowA - highB, highA - lowB, (d) => {
      reach[zero + d] = FAR;
    });
    let long = false;
    for (let d = up.max; d >= up.min; d -= 2) {
      const [left, right] = [reach[zero + d - 1] as number, reach[zero + d + 1] as number];
      let x = left < right ? left : right - 1;
      const start = x;
      let y = x - d;
      while (x > lowA && y > lowB && a[x - 1] === b[y - 1]) {
        x--;
        y--;
      }
      if (start - x > LONG_SNAKE) long = true;
      reach[zero + d] = x;
      if (meets && down.min <= d && d <= down.max && x <= (this.#down[zero + d] as number))
        return { x, y, lowExact: true, highExact: true };
    }
    return long;
  }

  /** A place far out that a long run of equal lines leads to. */
  #goodPlace(box: Box, cost: number): Cut | undefined {
    const { lowA, highA, lowB, highB, down, up } = box;
    let best = 0;
    let found: Cut | undefined;
    for (let d = down.max; d >= down.min; d -= 2) {
      const x = this.#down[this.#zero + d] as number;
      const y = x - d;
      const gain = x - lowA + (y - lowB) - Math.abs(d - down.middle);
      if (gain <= CUT_EARLY_FACTOR * cost || gain <= best) continue;
      if (x < lowA + LONG_SNAKE || x >= highA || y < lowB + LONG_SNAKE || y >= highB) continue;
      if (!this.#isSnake(x - LONG_SNAKE, y - LONG_SNAKE)) continue;
      best = gain;
      found = { x, y, lowExact: true, highExact: false };
    }
    if (found !== undefined) return found;
    for (let d = up.max; d >= up.min; d -= 2) {
      const x = this.#up[this.#zero + d] as number;
      const y = x - d;
      const gain = highA - x + (highB - y) - Math.abs(d - up.middle);
      if (gain <= CUT_EARLY_FACTOR * cost || gain <= best) continue;
      if (x <= lowA || x > highA - LONG_SNAKE || y <= lowB || y > highB - LONG_SNAKE) continue;
      if (!this.#isSnake(x, y)) continue;
      best = gain;
      found = { x, y, lowExact: false, highExact: true };
    }
    return found;
  }

  #isSnake(x: number, y: number): boolean {
    for (let i = 0; i < LONG_SNAKE; i++) if (this.#a[x + i] !== this.#b[y + i]) return false;
    return true;
  }

  /** The place that either search has come furthest to. */
  #furthest({ lowA, highA, lowB, highB, down, up }: Box): Cut {
    let low = { x: -1, sum: -1 };
    for (let d = down.max; d >= down.min; d -= 2) {
      let x = Math.min(this.#down[this.#zero + d] as number, highA);
      if (x - d > highB) x = highB + d;
      if (low.sum < 2 * x - d) low = { x, sum: 2 * x - d };
    }
    let high = { x: FAR, sum: FAR };
    for (let d = up.max; d >= up.min; d -= 2) {
      let x = Math.max(this.#up[this.#zero + d] as number, lowA);
      if (x - d < lowB) x = lowB + d;
      if (2 * x - d < high.sum) high = { x, sum: 2 * x - d };
    }
    return highA + highB - high.sum < low.sum - (lowA + lowB)
      ? { x: low.x, y: low.sum - low.x, lowExact: true, highExact: false }
      : { x: high.x, y: high.sum - high.x, lowExact: false, highExact: true };
  }
}

/** Takes in one more diagonal on either side, or gives one up that lies outside the box. */
function widen(band: Band, least: number, most: number, outside: (diagonal: number) => void): void {
  if (band.min > least) outside(--band.min - 1);
  else band.min++;
  if (band.max < most) outside(++band.max + 1);
  else band.max--;
}
