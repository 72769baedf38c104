/** The one timer of a process: when it is to get SIGALRM. It is looked at in system calls, as nothing else runs then. */
export class Alarm {
  #at = Number.POSITIVE_INFINITY;

  /** Sets it to `ms` from now, 0 for none; answers the milliseconds that were left, 0 for none. */
  set(ms: number): number {
    const left = this.left();
    this.#at = ms > 0 ? performance.now() + ms : Number.POSITIVE_INFINITY;
    return Number.isFinite(left) ? left : 0;
  }

  /** Milliseconds until it goes off; infinite without one. */
  left(): number {
    return Math.max(0, this.#at - performance.now());
  }

  isDue(): boolean {
    return this.#at !== Number.POSITIVE_INFINITY && performance.now() >= this.#at;
  }

  /** Whether it went off; it does so once. */
  takeDue(): boolean {
    if (!this.isDue()) return false;
    this.#at = Number.POSITIVE_INFINITY;
    return true;
  }
}
