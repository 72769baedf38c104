/** Signals by number (Linux), as far as a program can name them. */
export const Signal = {
  HUP: 1,
  INT: 2,
  QUIT: 3,
  ILL: 4,
  TRAP: 5,
  ABRT: 6,
  BUS: 7,
  FPE: 8,
  KILL: 9,
  USR1: 10,
  SEGV: 11,
  USR2: 12,
  PIPE: 13,
  ALRM: 14,
  TERM: 15,
  STKFLT: 16,
  CHLD: 17,
  CONT: 18,
  STOP: 19,
  TSTP: 20,
  TTIN: 21,
  TTOU: 22,
  URG: 23,
  XCPU: 24,
  XFSZ: 25,
  VTALRM: 26,
  PROF: 27,
  WINCH: 28,
  IO: 29,
  PWR: 30,
  SYS: 31,
} as const;

/** Highest signal number. */
export const SIGNAL_MAX = 31;

/** Added to the signal's number in a status of {@link Process.wait}. */
export const STATUS_SIGNALLED = 256;

/** Signals that do nothing by default; stopping is not offered, so the stop signals are among them. */
const IGNORED_BY_DEFAULT =
  bit(Signal.CHLD) |
  bit(Signal.CONT) |
  bit(Signal.URG) |
  bit(Signal.WINCH) |
  bit(Signal.STOP) |
  bit(Signal.TSTP) |
  bit(Signal.TTIN) |
  bit(Signal.TTOU);

/** The mask of one signal. */
export function bit(signal: number): number {
  return 1 << signal;
}

/** Puts signals into a mask in shared memory, or takes them out. */
export function setBits(i32: Int32Array, word: number, mask: number, on: boolean): void {
  if (on) Atomics.or(i32, word, mask);
  else Atomics.and(i32, word, ~mask);
}

/** Of the signals in `pending`, those that end a process which ignores `ignored` and handles `caught`. */
export function fatalSignals(pending: number, ignored: number, caught: number): number {
  const kill = pending & bit(Signal.KILL);
  return (pending & ~(IGNORED_BY_DEFAULT | ignored | caught)) | kill;
}

/** The lowest signal of a mask, SIGKILL before all others; 0 for an empty one. */
export function firstSignal(mask: number): number {
  if (mask & bit(Signal.KILL)) return Signal.KILL;
  return mask === 0 ? 0 : 31 - Math.clz32(mask & -mask);
}
