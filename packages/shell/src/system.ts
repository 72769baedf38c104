/**
 * All that the shell knows of the machine. Calls are synchronous and answer ≥ 0 (or a value) on success, a negated
 * WASI errno otherwise; they never throw for what a program can cause. Texts are JavaScript strings in which a byte that
 * is not UTF-8 is a lone surrogate (see `encodeText` of @shadowbox/vfs). Relative paths start at the directory set
 * by `chdir`.
 */
export interface System {
  readonly pid: number;
  readonly ppid: number;

  open(path: string, flags: number, mode: number): number;
  close(fd: number): number;
  /** Blocks; 0 at the end of input. EINTR when a signal is pending. */
  read(fd: number, into: Uint8Array): number;
  /** As {@link read}, but takes nothing after the first `delimiter` (a byte), so that the next line is left for others. */
  readUntil(fd: number, into: Uint8Array, delimiter: number): number;
  /** Writes all of it, blocking as needed. EPIPE when nobody reads; EINTR when a signal is pending. */
  write(fd: number, bytes: Uint8Array): number;
  seek(fd: number, offset: number, whence: 0 | 1 | 2): number;
  /** The lowest free descriptor ≥ `least` (at most 255), sharing the open file. */
  dup(fd: number, least: number): number;
  dup2(from: number, to: number): number;
  /** Whether spawned programs do not get this descriptor. */
  setCloseOnExec(fd: number, on: boolean): number;
  fdExists(fd: number): boolean;
  isatty(fd: number): boolean;
  /** Waits until a descriptor can be read without blocking; false at the timeout. */
  pollRead(fd: number, timeoutMs: number): boolean;
  pipe(): Pipe | number;
  /** A pipe without a bound on what it holds, for `$(…)`: its writer never waits for a reader. */
  capture(): Pipe | number;

  stat(path: string, followLinks: boolean): FileStat | number;
  /** Permission check as access(2), bits 4 read, 2 write, 1 execute; 0 or a negated errno. */
  access(path: string, bits: number): number;
  /** Names in a directory without `.` and `..`, in no order. */
  readdir(path: string): DirEntry[] | number;
  readlink(path: string): string | number;
  /** Physical path of the working directory. */
  getcwd(): string;
  chdir(path: string): number;
  umask(mask?: number): number;

  /** Starts a program; ENOENT, EACCES, ENOEXEC (a text without `#!`, which the shell runs itself). Descriptors marked close-on-exec stay behind. */
  spawn(request: SpawnRequest): number;
  /**
   * Starts another shell that goes on from `state` (structured-clonable, made and read by the interpreter alone) with
   * copies of all descriptors, working directory and umask; answers its pid. `group` and `deaf` as of {@link SpawnRequest}.
   */
  fork(state: unknown, group?: number, deaf?: boolean): number;
  /** Waits for a child (`pid` -1: any). `undefined`: none has ended yet (`noHang`). ECHILD, EINTR. */
  wait(pid: number, noHang: boolean): WaitResult | undefined | number;
  /** `pid` < 0 names a process group. */
  kill(pid: number, signal: number): number;
  /** Signals that came in since the last call, as a bit mask (1 << signal); cheap enough to ask before every command. */
  takeSignals(): number;
  /** What an untrapped signal, `trap '' SIG` (ignore) and a trap (catch) mean to the process and to its children. */
  setSignal(signal: number, disposition: "default" | "ignore" | "catch"): void;
  sleep(ms: number): number;

  /** Nanoseconds since the epoch. */
  realtime(): bigint;
  /** Milliseconds from an arbitrary start, never going back. */
  monotonic(): number;
  random(into: Uint8Array): void;
  /** User and system time in milliseconds: of this process, of its ended children. */
  times(): { user: number; system: number; childUser: number; childSystem: number };
  terminalSize(): { columns: number; rows: number } | undefined;
  readonly user: { name: string; uid: number; gid: number; home: string };
  readonly hostname: string;
  /** Names of the commands that are installed, for suggestions. */
  commandNames(): readonly string[];
}

export interface Pipe {
  readonly readEnd: number;
  readonly writeEnd: number;
}

/** `mode` includes the type bits of st_mode (0o100000 regular, 0o040000 directory, …). */
export interface FileStat {
  dev: number;
  ino: number;
  mode: number;
  nlink: number;
  uid: number;
  gid: number;
  size: number;
  rdev: number;
  atimeNs: bigint;
  mtimeNs: bigint;
  ctimeNs: bigint;
}

export interface DirEntry {
  name: string;
  kind: "file" | "directory" | "symlink" | "fifo" | "device" | "other";
}

export interface SpawnRequest {
  /** Path of the program, already resolved by the shell (contains `/`). */
  path: string;
  argv: readonly string[];
  /** `NAME=value` each. */
  env: readonly string[];
  /** Process group: 0 a new one led by the child, absent the shell's own. */
  group?: number;
  /** It ignores SIGINT and SIGQUIT: a job in the background, which a keyboard is not to end. */
  deaf?: boolean;
}

export interface WaitResult {
  pid: number;
  /** Exit status 0–255, or 256 + signal number. */
  status: number;
  /** Bit mask (1 << signal): the signals that were sent to it while it caught or ignored them. */
  met: number;
}

/** Flags of {@link System.open}; the values are the interface's own. */
export const OpenFlag = {
  READ: 1,
  WRITE: 2,
  CREATE: 4,
  EXCLUSIVE: 8,
  TRUNCATE: 16,
  APPEND: 32,
  DIRECTORY: 64,
} as const;
