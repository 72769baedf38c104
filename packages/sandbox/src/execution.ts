import type { ExecResult, Execution, OutputChunk } from "./types.ts";

/** Where a run's output goes, and what ends it. */
interface Listening {
  onStdout(bytes: Uint8Array): unknown;
  onStderr(bytes: Uint8Array): unknown;
  signal: AbortSignal | undefined;
}

/** Starts something whose output can be iterated over while it runs; `start` may throw at once. */
export function executing<R extends ExecResult>(
  options: Partial<Listening>,
  start: (run: Listening) => Promise<R>,
): Execution<R> {
  const stop = new AbortController();
  const stream = new OutputStream(() => stop.abort());
  const { onStdout, onStderr, signal } = options;
  const result = start({
    onStdout: (bytes) => {
      stream.add({ stream: "stdout", bytes });
      return onStdout?.(bytes);
    },
    onStderr: (bytes) => {
      stream.add({ stream: "stderr", bytes });
      return onStderr?.(bytes);
    },
    signal: signal ? AbortSignal.any([signal, stop.signal]) : stop.signal,
  });
  return Object.assign(result, { [Symbol.asyncIterator]: () => stream.open(result) });
}

/** Output on its way to the one who iterates; without one nothing is kept. */
class OutputStream {
  readonly #chunks: OutputChunk[] = [];
  readonly #stop: () => void;
  #opened = false;
  #wake = () => {};

  constructor(stop: () => void) {
    this.#stop = stop;
  }

  add(chunk: OutputChunk): void {
    if (!this.#opened) return;
    this.#chunks.push(chunk);
    this.#wake();
  }

  open(result: Promise<unknown>): AsyncIterator<OutputChunk> {
    this.#opened = true;
    return this.#iterate(result);
  }

  async *#iterate(result: Promise<unknown>): AsyncGenerator<OutputChunk, void, void> {
    let over = false;
    const settle = () => {
      over = true;
      this.#wake();
    };
    // A failure is thrown here; who awaits the result as well gets it there.
    result.then(settle, settle);
    try {
      for (;;) {
        while (this.#chunks.length > 0) yield this.#chunks.shift() as OutputChunk;
        if (over) break;
        await new Promise<void>((wake) => {
          this.#wake = wake;
        });
      }
      await result;
    } finally {
      this.#opened = false;
      if (!over) this.#stop();
    }
  }
}
