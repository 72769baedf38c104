import { Errno } from "@shadowbox/vfs";

const TEXTS: Record<number, string> = {
  [Errno.E2BIG]: "Argument list too long",
  [Errno.EACCES]: "Permission denied",
  [Errno.EAGAIN]: "Resource temporarily unavailable",
  [Errno.EBADF]: "Bad file descriptor",
  [Errno.EBUSY]: "Device or resource busy",
  [Errno.ECHILD]: "No child processes",
  [Errno.EEXIST]: "File exists",
  [Errno.EFBIG]: "File too large",
  [Errno.EILSEQ]: "Invalid or incomplete multibyte or wide character",
  [Errno.EINTR]: "Interrupted system call",
  [Errno.EINVAL]: "Invalid argument",
  [Errno.EIO]: "Input/output error",
  [Errno.EISDIR]: "Is a directory",
  [Errno.ELOOP]: "Too many levels of symbolic links",
  [Errno.EMFILE]: "Too many open files",
  [Errno.ENAMETOOLONG]: "File name too long",
  [Errno.ENFILE]: "Too many open files in system",
  [Errno.ENODEV]: "No such device",
  [Errno.ENOENT]: "No such file or directory",
  [Errno.ENOEXEC]: "Exec format error",
  [Errno.ENOMEM]: "Cannot allocate memory",
  [Errno.ENOSPC]: "No space left on device",
  [Errno.ENOSYS]: "Function not implemented",
  [Errno.ENOTDIR]: "Not a directory",
  [Errno.ENOTEMPTY]: "Directory not empty",
  [Errno.ENOTSUP]: "Operation not supported",
  [Errno.ENOTTY]: "Inappropriate ioctl for device",
  [Errno.ENXIO]: "No such device or address",
  [Errno.EPERM]: "Operation not permitted",
  [Errno.EPIPE]: "Broken pipe",
  [Errno.EROFS]: "Read-only file system",
  [Errno.ESPIPE]: "Illegal seek",
  [Errno.ESRCH]: "No such process",
  [Errno.EXDEV]: "Invalid cross-device link",
  [Errno.ENOTCAPABLE]: "Operation not permitted",
};

/** The C library's text for an error number of either sign. */
export function errorText(errno: number): string {
  return TEXTS[Math.abs(errno)] ?? `Unknown error ${Math.abs(errno)}`;
}

/** Signals of Linux by number, without SIG. */
export const SIGNAL_NAMES: readonly (string | undefined)[] = [
  "EXIT",
  "HUP",
  "INT",
  "QUIT",
  "ILL",
  "TRAP",
  "ABRT",
  "BUS",
  "FPE",
  "KILL",
  "USR1",
  "SEGV",
  "USR2",
  "PIPE",
  "ALRM",
  "TERM",
  "STKFLT",
  "CHLD",
  "CONT",
  "STOP",
  "TSTP",
  "TTIN",
  "TTOU",
  "URG",
  "XCPU",
  "XFSZ",
  "VTALRM",
  "PROF",
  "WINCH",
  "IO",
  "PWR",
  "SYS",
];

/** Real-time signals as bash names them. */
function realtimeName(number: number): string | undefined {
  if (number < 34 || number > 64) return undefined;
  if (number === 34) return "RTMIN";
  if (number === 64) return "RTMAX";
  return number <= 49 ? `RTMIN+${number - 34}` : `RTMAX-${64 - number}`;
}

export function signalName(number: number): string | undefined {
  return SIGNAL_NAMES[number] ?? realtimeName(number);
}

/** The number of a signal given as `9`, `KILL`, `sigkill`; `undefined` for anything else. */
export function signalNumber(text: string): number | undefined {
  if (/^\d+$/.test(text)) {
    const number = Number(text);
    return signalName(number) === undefined ? undefined : number;
  }
  const name = text.toUpperCase().replace(/^SIG/, "");
  const index = SIGNAL_NAMES.indexOf(name);
  if (index >= 0) return index;
  for (let number = 34; number <= 64; number++) if (realtimeName(number) === name) return number;
  return undefined;
}

/** What the shell says of a child that a signal ended. */
export const SIGNAL_TEXTS: Record<number, string> = {
  1: "Hangup",
  3: "Quit",
  4: "Illegal instruction",
  5: "Trace/breakpoint trap",
  6: "Aborted",
  7: "Bus error",
  8: "Floating point exception",
  9: "Killed",
  10: "User defined signal 1",
  11: "Segmentation fault",
  12: "User defined signal 2",
  14: "Alarm clock",
  15: "Terminated",
  24: "CPU time limit exceeded",
  25: "File size limit exceeded",
  31: "Bad system call",
};
