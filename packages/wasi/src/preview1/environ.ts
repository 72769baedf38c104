import { writeSizes, writeStrings } from "./args.ts";
import type { Guest, GuestFunctions } from "./guest.ts";

/** `environ_sizes_get`, `environ_get`: the environment, `NAME=value` each, laid out as `args_get` does. */
export function environFunctions(guest: Guest): GuestFunctions {
  return {
    environ_sizes_get(count: number, size: number): number {
      return writeSizes(guest, guest.process.args().env, count, size);
    },
    environ_get(environ: number, buffer: number): number {
      return writeStrings(guest, guest.process.args().env, environ, buffer);
    },
  };
}
