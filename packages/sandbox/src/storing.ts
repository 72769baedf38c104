import { VfsError } from "@shadowbox/vfs";
import { SandboxError } from "./errors.ts";

/** Writes to where a sandbox is kept; `what` names the action. Throws SandboxError `state` when there is no room. */
export function storing<T>(what: string, write: () => T): T {
  try {
    return write();
  } catch (cause) {
    if (!(cause instanceof VfsError) || cause.code !== "no-space") throw cause;
    throw new SandboxError(
      "state",
      `${what}: the storage is full; what was kept before is whole. Delete files or make room, then run something again: ` +
        "all that is not kept yet will be",
      { cause },
    );
  }
}
