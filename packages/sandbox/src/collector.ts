/** Takes bytes; a promise holds up what follows. */
type Listener = (bytes: Uint8Array) => unknown;

/** Keeps the first bytes of a stream up to a limit, and passes all of it on. */
export class Collector {
  readonly #parts: Uint8Array[] = [];
  readonly #limit: number;
  readonly #listener: Listener | undefined;
  #length = 0;
  #taken = 0;
  #isHeld = false;
  #closed = false;
  truncated = false;

  constructor(limit: number, listener: Listener | undefined) {
    this.#limit = limit;
    this.#listener = listener;
  }

  async take(stream: AsyncIterable<Uint8Array>): Promise<void> {
    for await (const bytes of stream) {
      const held = this.add(bytes);
      if (!(held instanceof Promise)) continue;
      this.#isHeld = true;
      await held;
      this.#isHeld = false;
    }
  }

  /** Bytes that came, kept or not. */
  get taken(): number {
    return this.#taken;
  }

  /** Whether more may be there, and who listens does not want it yet. */
  get isHeld(): boolean {
    return this.#isHeld;
  }

  /** From here on what comes is dropped, and nobody is told. */
  close(): void {
    this.#closed = true;
  }

  /** What the listener answers: it wants nothing more before. */
  add(bytes: Uint8Array): unknown {
    if (this.#closed) return undefined;
    const held = this.#listener?.(bytes);
    this.#taken += bytes.length;
    const kept = bytes.subarray(0, Math.max(0, this.#limit - this.#length));
    if (kept.length < bytes.length) this.truncated = true;
    if (kept.length > 0) this.#parts.push(kept);
    this.#length += kept.length;
    return held;
  }

  bytes(): Uint8Array {
    if (this.#parts.length === 1) return this.#parts[0] as Uint8Array;
    const whole = new Uint8Array(this.#length);
    let at = 0;
    for (const part of this.#parts) {
      whole.set(part, at);
      at += part.length;
    }
    return whole;
  }
}
