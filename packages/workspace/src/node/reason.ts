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
