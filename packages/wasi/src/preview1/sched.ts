import { Errno } from "@shadowbox/vfs";
import { signalWaits } from "../kernel/rpc-signals.ts";
import type { Guest, GuestFunctions } from "./guest.ts";

/**
 * `sched_yield`: there is nothing to do, a process has a thread of its own. EINTR when a signal that the process handles waits to
 * be taken: the cheapest way to ask.
 */
export function schedFunctions(guest: Guest): GuestFunctions {
  return {
    sched_yield(): number {
      return signalWaits(guest.process) ? Errno.EINTR : 0;
    },
  };
}
