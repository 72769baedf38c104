/** What Ctrl-C does to a call of the box: the first interrupts it, which it may handle; the second kills it. */
export class Interruption {
  readonly #stop = new AbortController();
  readonly #interrupt = new AbortController();
  readonly signal = this.#stop.signal;
  readonly interrupt = this.#interrupt.signal;

  readonly next = (): void => {
    if (this.interrupt.aborted) this.kill();
    else this.#interrupt.abort();
  };

  readonly kill = (): void => this.#stop.abort();
}
