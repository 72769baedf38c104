import { Errno } from "@shadowbox/vfs";
import { ProcessExit } from "../kernel/process.ts";
import { errnoOf, type Guest, type GuestFunctions } from "./guest.ts";

/** Signals in the numbering of preview 1 are Linux's up to SIGSYS (30 there, 31 here, as STKFLT is missing). */
function linuxSignal(signal: number): number {
  return signal >= 16 ? signal + 1 : signal;
}

/** `proc_exit`, `proc_raise`. */
export function procFunctions(guest: Guest): GuestFunctions {
  return {
    proc_exit(status: number): number {
      throw new ProcessExit(status & 0xff);
    },
    /** A fatal signal ends the process when this returns to it. EINVAL. */
    proc_raise(signal: number): number {
      if (signal >>> 0 > 30) return Errno.EINVAL;
      return errnoOf(guest.process.raise(linuxSignal(signal)));
    },
  };
}
