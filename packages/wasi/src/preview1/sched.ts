import type { GuestFunctions } from "./guest.ts";

/** `sched_yield`: nothing to do, a process has a thread of its own. */
export function schedFunctions(): GuestFunctions {
  return {
    sched_yield(): number {
      return 0;
    },
  };
}
