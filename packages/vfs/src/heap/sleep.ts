/** Whether this thread may sleep in `Atomics.wait`; the main thread of a browser page may not. */
let maySleep: boolean | undefined;

/** Sleeps while `words[index]` is `value`, at most `timeoutMs`; returns at once where the thread must not sleep, for the caller to look again. */
export function sleepWhile(words: Int32Array, index: number, value: number, timeoutMs?: number): void {
  if (maySleep === false) return;
  try {
    Atomics.wait(words, index, value, timeoutMs);
    maySleep = true;
  } catch (error) {
    if (maySleep) throw error;
    maySleep = false;
  }
}
