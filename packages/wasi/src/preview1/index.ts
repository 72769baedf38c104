import { argsFunctions } from "./args.ts";
import { clockFunctions } from "./clock.ts";
import { environFunctions } from "./environ.ts";
import { fdFunctions } from "./fd.ts";
import { fdIoFunctions } from "./fd-io.ts";
import { fdReaddirFunctions } from "./fd-readdir.ts";
import type { Guest } from "./guest.ts";
import { pathFunctions } from "./path.ts";
import { pollFunctions } from "./poll.ts";
import { procFunctions } from "./proc.ts";
import { randomFunctions } from "./random.ts";
import { requireRights } from "./rights.ts";
import { schedFunctions } from "./sched.ts";
import { sockFunctions } from "./sock.ts";

/** All functions of `wasi_snapshot_preview1` for the program that `guest` is bound to, ready to be imported. */
export function preview1(guest: Guest): WebAssembly.ModuleImports {
  return guest.guard({
    ...argsFunctions(guest),
    ...environFunctions(guest),
    ...clockFunctions(guest),
    ...requireRights(guest, fdFunctions(guest)),
    ...fdIoFunctions(guest),
    ...requireRights(guest, fdReaddirFunctions(guest)),
    ...requireRights(guest, pathFunctions(guest)),
    ...pollFunctions(guest),
    ...procFunctions(guest),
    ...randomFunctions(guest),
    ...schedFunctions(guest),
    ...sockFunctions(guest),
  });
}
