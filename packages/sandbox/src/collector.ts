/** Keeps the first bytes of a stream up to a limit, and passes all of it on. */
export class Collector {
  readonly #parts: Uint8Array[] = [];
  readonly #limit: number;
  readonly #listener: ((bytes: Uint8Array) => void) | undefined;
  #length = 0;
  #closed = false;
  truncated = false;

  constructor(limit: number, listener: ((bytes: Uint8Array) => void) | undefined) {
    this.#limit = limit;
    this.#listener = listener;
  }

  async take(stream: AsyncIterable<Uint8Array>): Promise<void> {
    for await (const bytes of stream) this.add(bytes);
  }

  /** How much was kept. */
  get length(): number {
    return this.#length;
  }

  /** From here on what comes is dropped, and nobody is told. */
  close(): void {
    this.#closed = true;
  }

  add(bytes: Uint8Array): void {
    if (this.#closed) return;
    this.#listener?.(bytes);
    const kept = bytes.subarray(0, Math.max(0, this.#limit - this.#length));
    if (kept.length < bytes.length) this.truncated = true;
    if (kept.length > 0) this.#parts.push(kept);
    this.#length += kept.length;
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
