import { sleepWhile } from "@shadowbox/vfs";

/**
 * Locks and event counts on words of shared memory. A holder of these locks is inside a system call, and a process is
 * never stopped by force inside one, so a lock never outlives its holder.
 */

const FREE = 0;
const HELD = 1;
const CONTENDED = 2;

/** Rounds of polling before a thread sleeps: a wake-up costs about 50 µs, a round about 20 ns. */
const SPINS = 100;

/** Takes the lock at `index`, sleeping while another thread holds it. */
export function lock(words: Int32Array, index: number): void {
  for (let spin = 0; spin < SPINS; spin++) {
    if (Atomics.compareExchange(words, index, FREE, HELD) === FREE) return;
  }
  while (Atomics.exchange(words, index, CONTENDED) !== FREE) sleepWhile(words, index, CONTENDED);
}

/** Gives the lock back and wakes one that waits for it. */
export function unlock(words: Int32Array, index: number): void {
  if (Atomics.exchange(words, index, FREE) === CONTENDED) Atomics.notify(words, index, 1);
}

/** Advances an event count and wakes all who sleep on it; `waiters` is the word that counts them. */
export function signalEvent(words: Int32Array, sequence: number, waiters: number): void {
  Atomics.add(words, sequence, 1);
  if (Atomics.load(words, waiters) > 0) Atomics.notify(words, sequence);
}
