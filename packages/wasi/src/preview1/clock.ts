import { Errno } from "@shadowbox/vfs";
import type { Guest, GuestFunctions } from "./guest.ts";

/** `clockid` of preview 1. */
export const Clock = { REALTIME: 0, MONOTONIC: 1, PROCESS_CPUTIME: 2, THREAD_CPUTIME: 3 } as const;

/** Nanoseconds between two different answers of `performance.now` (Node) at best. */
const RESOLUTION = 1000n;

/** Nanoseconds since the epoch, of the realtime clock and of the monotonic one: so all workers agree on it. */
export function clockTime(guest: Guest): bigint {
  return BigInt(guest.process.kernel.memory.heap.clock.read()) * 1000n;
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
      const shared = id === Clock.REALTIME || id === Clock.MONOTONIC;
      const time = shared ? clockTime(guest) : BigInt(Math.round(guest.process.times().user * 1e6));
      guest.setU64(result, time);
      return 0;
    },
  };
}
