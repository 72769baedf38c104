/** What tells a thread the time, in whole microseconds since 1970. */
export interface Clock {
  /** For programs that ask. */
  read(): number;
  /** For the times of files. */
  stamp(): number;
}

/** Microseconds since 1970 by the platform's clock, from which all threads count alike. */
export function systemTime(): number {
  return Math.floor((performance.timeOrigin + performance.now()) * 1000);
}

export const SYSTEM_CLOCK: Clock = { read: systemTime, stamp: systemTime };
