/** Bytes that are gathered before they are handed over, and numbers after which a process's lane is full. */
const GATHERED = 4096;
const MOST = 1 << 16;

/** A sequence of whole numbers, |n| < 2⁵³, in the order in which one process asks for them. */
export interface Lane {
  /** What the process is told: `measured`, or what an earlier run measured here. */
  next(measured: number): number;
  flush(): void;
}

/** Tells what is measured, and writes it down: each number as its difference to the one before. */
export class WrittenLane implements Lane {
  readonly #hand: (bytes: Uint8Array) => void;
  #bytes = new Uint8Array(64);
  #length = 0;
  #last = 0;
  #count = 0;

  constructor(hand: (bytes: Uint8Array) => void) {
    this.#hand = hand;
  }

  next(measured: number): number {
    if (this.#count++ >= MOST) return measured;
    this.#write(measured - this.#last);
    this.#last = measured;
    if (this.#length >= GATHERED) this.flush();
    return measured;
  }

  /** LEB128 of the difference, its sign in the lowest bit; beyond 32 bits, so without bit operators. */
  #write(difference: number): void {
    if (this.#length + 10 > this.#bytes.length) {
      const more = new Uint8Array(this.#bytes.length * 2);
      more.set(this.#bytes);
      this.#bytes = more;
    }
    let rest = difference < 0 ? -difference * 2 - 1 : difference * 2;
    for (; rest >= 128; rest = Math.floor(rest / 128)) this.#bytes[this.#length++] = (rest % 128) | 128;
    this.#bytes[this.#length++] = rest;
  }

  flush(): void {
    if (this.#length > 0) this.#hand(this.#bytes.slice(0, this.#length));
    this.#length = 0;
  }
}

/** Tells what was written; after its end, time goes on from there. */
export class RepeatedLane implements Lane {
  readonly #pieces: Uint8Array[];
  #at = 0;
  #last = 0;
  /** What is told less what is measured, once nothing is left. */
  #ahead: number | undefined;

  constructor(pieces: Uint8Array[]) {
    this.#pieces = pieces;
  }

  next(measured: number): number {
    while (this.#pieces.length > 0 && this.#at >= this.#pieces[0].length) {
      this.#pieces.shift();
      this.#at = 0;
    }
    if (this.#pieces.length > 0) {
      this.#last += this.#read(this.#pieces[0]);
      return this.#last;
    }
    this.#ahead ??= this.#last === 0 ? 0 : this.#last - measured;
    return measured + this.#ahead;
  }

  #read(bytes: Uint8Array): number {
    let rest = 0;
    for (let factor = 1; this.#at < bytes.length; factor *= 128) {
      const byte = bytes[this.#at++];
      rest += (byte % 128) * factor;
      if (byte < 128) break;
    }
    return rest % 2 === 1 ? -(rest + 1) / 2 : rest / 2;
  }

  flush(): void {}
}
