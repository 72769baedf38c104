/** Lets so many in at once; the others wait in their order. */
export class Gate {
  #free: number;
  readonly #waiting: (() => void)[] = [];

  constructor(limit: number) {
    this.#free = limit;
  }

  async enter(): Promise<void> {
    if (this.#free > 0) this.#free--;
    else await new Promise<void>((resolve) => this.#waiting.push(resolve));
  }

  leave(): void {
    const next = this.#waiting.shift();
    if (next === undefined) this.#free++;
    else next();
  }
}

/** Aborts with an error when a request takes too long, or nothing moves. */
export class Watch {
  readonly #abort: AbortController;
  readonly #timer: ReturnType<typeof setInterval>;
  #moved = performance.now();

  constructor(
    abort: AbortController,
    limits: { timeMs: number; idleMs: number },
    expired: (what: string) => Error,
  ) {
    this.#abort = abort;
    const until = performance.now() + limits.timeMs;
    this.#timer = setInterval(
      () => {
        const now = performance.now();
        if (now >= until) this.#abort.abort(expired(`expected an end within ${limits.timeMs} ms`));
        else if (now - this.#moved >= limits.idleMs)
          this.#abort.abort(expired(`nothing came or went for ${limits.idleMs} ms`));
      },
      Math.max(5, Math.min(limits.timeMs, limits.idleMs, 1000) / 4),
    );
  }

  moved(): void {
    this.#moved = performance.now();
  }

  /** Nothing is expected to move until the next {@link Watch.moved}: it is the reader's turn. */
  hold(): void {
    this.#moved = Number.POSITIVE_INFINITY;
  }

  end(): void {
    clearInterval(this.#timer);
  }
}
