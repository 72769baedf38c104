import { sleepWhile } from "./sleep.ts";

/**
 * A lock in shared memory, re-entrant within one thread. The word beside it names the owner, so that a lock whose
 * owner died can be taken over ({@link Mutex.recoverFrom}).
 */

const FREE = 0;
const LOCKED = 1;
const CONTENDED = 2;

/** Turns before a waiter sleeps: a critical section is shorter than waking a thread (40–55 µs). */
const SPINS = 200;

export class Mutex {
  #words: Int32Array;
  readonly #at: number;
  readonly #owner: number;
  #depth = 0;

  /** `at` is the index of two 32-bit words in `words`: state and owner. `owner` is a number other than 0, unique among the threads. */
  constructor(words: Int32Array, at: number, owner: number) {
    this.#words = words;
    this.#at = at;
    this.#owner = owner;
  }

  /** Whether this thread holds the lock. */
  get held(): boolean {
    return this.#depth > 0;
  }

  lock(): void {
    if (this.#depth++ > 0) return;
    const words = this.#words;
    const at = this.#at;
    for (let spin = 0; spin < SPINS; spin++)
      if (Atomics.compareExchange(words, at, FREE, LOCKED) === FREE) {
        Atomics.store(words, at + 1, this.#owner);
        return;
      }
    while (Atomics.exchange(words, at, CONTENDED) !== FREE) sleepWhile(words, at, CONTENDED, 1000);
    Atomics.store(words, at + 1, this.#owner);
  }

  unlock(): void {
    if (--this.#depth > 0) return;
    Atomics.store(this.#words, this.#at + 1, 0);
    if (Atomics.exchange(this.#words, this.#at, FREE) === CONTENDED) Atomics.notify(this.#words, this.#at, 1);
  }

  /** Runs `body` with the lock held. */
  with<T>(body: () => T): T {
    this.lock();
    try {
      return body();
    } finally {
      this.unlock();
    }
  }

  /** Frees the lock if `owner`, a thread that no longer runs, died holding it; true if it did. */
  recoverFrom(owner: number): boolean {
    if (Atomics.compareExchange(this.#words, this.#at + 1, owner, 0) !== owner) return false;
    Atomics.store(this.#words, this.#at, FREE);
    Atomics.notify(this.#words, this.#at);
    return true;
  }
}
