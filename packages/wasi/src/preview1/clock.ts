import { Errno } from "@shadowbox/vfs";
import type { Guest, GuestFunctions } from "./guest.ts";

/** `clockid` of preview 1. */
export const Clock = { REALTIME: 0, MONOTONIC: 1, PROCESS_CPUTIME: 2, THREAD_CPUTIME: 3 } as const;

/** Nanoseconds between two different answers of `performance.now` (Node) at best. */
const RESOLUTION = 1000n;

/** Nanoseconds of a clock, or undefined for one that does not exist. */
export function clockTime(id: number): bigint | undefined {
  switch (id) {
    case Clock.REALTIME:
      return BigInt(Math.round((performance.timeOrigin + performance.now()) * 1000)) * 1000n;
    case Clock.MONOTONIC:
      // From the time origin of the epoch, so that all workers agree.
      return BigInt(Math.round((performance.timeOrigin + performance.now()) * 1e3)) * 1000n;
    default:
      return undefined;
  }
}

/** `clock_res_get`, `clock_time_get`. The CPU clocks are those of the process: time spent so far. */
export function clockFunctions(guest: Guest): GuestFunctions {
  return {
    clock_res_get(id: number, result: number): number {
      if (id >>> 0 > Clock.THREAD_CPUTIME) return Errno.EINVAL;
      guest.setU64(result, RESOLUTION);
      return 0;
    },
    // The precision asked for is a wish; ours is always the best there is.
    clock_time_get(id: number, _precision: bigint, result: number): number {
      if (id >>> 0 > Clock.THREAD_CPUTIME) return Errno.EINVAL;
      const time = clockTime(id) ?? BigInt(Math.round(guest.process.cpuTime() * 1e6));
      guest.setU64(result, time);
      return 0;
    },
  };
}
