import { SandboxError } from "./errors.ts";

/** Codes of a system that has no room. */
const FULL: ReadonlySet<unknown> = new Set(["no-space", "ENOSPC", "EDQUOT", "EFBIG"]);

/** Writes to where a sandbox is kept; `what` names the action. Throws SandboxError `state` when there is no room. */
export function storing<T>(what: string, write: () => T): T {
  try {
    return write();
  } catch (cause) {
    if (!FULL.has((cause as { code?: unknown }).code)) throw cause;
    throw new SandboxError(
      "state",
      `${what}: the storage is full; what was kept before is whole. Delete files or make room, then run something again: ` +
        "what is not kept yet is kept then, if this process still runs",
      { cause },
    );
  }
}
