import { decodeText } from "@shadowbox/vfs";
import { WorkspaceError } from "../errors.ts";
import { keyPath } from "../paths.ts";
import type { PlannedStep } from "./plans.ts";

const ADVICE: Readonly<Record<string, string>> = {
  ENOSPC: "make room there and try again",
  EDQUOT: "make room there and try again",
  EFBIG: "raise the limit on file sizes (ulimit -f) and try again",
  EACCES: "check who may read and write it",
  EPERM: "check who may read and write it",
  EROFS: "it is mounted for reading only",
};

/** Why the system refused a call, and what to do about it: `no space left on device (ENOSPC); make room there and try again`. */
export function systemReason(error: unknown): string {
  const { code, message } = error as NodeJS.ErrnoException;
  const text = /^[A-Z0-9]+: ([^,]+)/.exec(message)?.[1];
  if (code === undefined || text === undefined) return message;
  const advice = ADVICE[code];
  return `${text} (${code})${advice === undefined ? "" : `; ${advice}`}`;
}

/** `path`: of the step that failed, as a key; `theirs`: what somebody wrote since stays there. */
export function refusal(error: unknown, path?: string, theirs: readonly PlannedStep[] = []): WorkspaceError {
  const names = theirs.map((step) => JSON.stringify(decodeText(keyPath(step.path)))).join(", ");
  const left = names === "" ? "" : `; written meanwhile, and left alone: ${names}`;
  if (error instanceof WorkspaceError && error.code !== "apply")
    return left === "" ? error : new WorkspaceError(error.code, `${error.message}${left}`);
  const what = path === undefined ? "the project" : `"${decodeText(keyPath(path))}" in the project`;
  const message = `change ${what}: ${systemReason(error)}; everything is as it was${left}`;
  return new WorkspaceError("apply", message, { cause: error });
}
