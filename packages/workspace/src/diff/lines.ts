/** A text cut into lines, each with its newline; the last may lack it. Lines are compared by number: equal lines share one. */
export interface Lines {
  bytes: Uint8Array;
  /** Start of each line, and the end of the last. */
  starts: Uint32Array;
  /** Class of each line: equal numbers, equal lines. */
  ids: Int32Array;
  count: number;
}

/** FNV-1a, 32 bits. */
const SEED = 0x811c9dc5;
const PRIME = 0x01000193;
const NEWLINE = 0x0a;

/** Cuts texts into lines with common numbers for equal lines. */
export class LineTable {
  /** Hash slots: class + 1, or 0. */
  #slots = new Int32Array(1024);
  readonly #hashes: number[] = [];
  readonly #examples: Uint8Array[] = [];

  /** Number of different lines seen. */
  get classes(): number {
    return this.#examples.length;
  }

  cut(bytes: Uint8Array): Lines {
    const starts: number[] = [];
    const ids: number[] = [];
    // One pass finds where lines end and hashes them.
    for (let at = 0; at < bytes.length; ) {
      const start = at;
      let hash = SEED;
      let byte = -1;
      while (at < bytes.length && byte !== NEWLINE) {
        byte = bytes[at++] as number;
        hash = Math.imul(hash ^ byte, PRIME);
      }
      starts.push(start);
      ids.push(this.#classOf(bytes, start, at, hash));
    }
    const count = starts.length;
    starts.push(bytes.length);
    return { bytes, starts: new Uint32Array(starts), ids: new Int32Array(ids), count };
  }

  /** Cuts a text where the caller says: pieces begin at `starts`, ascending, the first at 0 unless the text is empty. */
  cutAt(bytes: Uint8Array, starts: number[]): Lines {
    const count = starts.length;
    starts.push(bytes.length);
    const ids = new Int32Array(count);
    for (let i = 0; i < count; i++)
      ids[i] = this.#classAt(bytes, starts[i] as number, starts[i + 1] as number);
    return { bytes, starts: new Uint32Array(starts), ids, count };
  }

  #classAt(bytes: Uint8Array, start: number, end: number): number {
    let hash = SEED;
    for (let i = start; i < end; i++) hash = Math.imul(hash ^ (bytes[i] as number), PRIME);
    return this.#classOf(bytes, start, end, hash);
  }

  #classOf(bytes: Uint8Array, start: number, end: number, fnv: number): number {
    const hash = fnv ^ (fnv >>> 15);
    const mask = this.#slots.length - 1;
    let slot = hash & mask;
    for (; this.#slots[slot] !== 0; slot = (slot + 1) & mask) {
      const known = (this.#slots[slot] as number) - 1;
      if (this.#hashes[known] === hash && this.#isLine(known, bytes, start, end)) return known;
    }
    this.#slots[slot] = this.#examples.push(bytes.subarray(start, end));
    this.#hashes.push(hash);
    if (this.#examples.length * 2 > this.#slots.length) this.#grow();
    return this.#examples.length - 1;
  }

  #isLine(known: number, bytes: Uint8Array, start: number, end: number): boolean {
    const line = this.#examples[known] as Uint8Array;
    if (line.length !== end - start) return false;
    for (let i = 0; i < line.length; i++) if (line[i] !== bytes[start + i]) return false;
    return true;
  }

  #grow(): void {
    this.#slots = new Int32Array(this.#slots.length * 4);
    const mask = this.#slots.length - 1;
    for (const [id, hash] of this.#hashes.entries()) {
      let slot = hash & mask;
      while (this.#slots[slot] !== 0) slot = (slot + 1) & mask;
      this.#slots[slot] = id + 1;
    }
  }
}

/** One line's bytes, newline included. */
export function lineAt(lines: Lines, index: number): Uint8Array {
  return lines.bytes.subarray(lines.starts[index], lines.starts[index + 1]);
}

/** What git takes for white space: blank, tab, newline, carriage return; not form feed or vertical tab. */
export function isSpace(byte: number): boolean {
  return byte === 0x20 || byte === 0x09 || byte === 0x0a || byte === 0x0d;
}
