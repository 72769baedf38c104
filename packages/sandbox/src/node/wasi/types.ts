import type { EngineName } from "../../types.ts";
import type { WasiFolder } from "./folders.ts";

/** One run of a WASI preview 1 command module. */
export interface WasiRunOptions {
  /** Path of the module on the host. */
  module: string;
  /** After argv[0]. */
  args?: readonly string[];
  /** Default: the module's file name. */
  argv0?: string;
  /** All that the program sees of an environment; default empty. */
  env?: Readonly<Record<string, string>>;
  /** Folders that the program finds open, from descriptor 3 on; default none. */
  folders?: readonly WasiFolder[];
  /** Default `v8`. */
  engine?: EngineName;
  /** The wasmtime binary, for that engine. */
  wasmtime?: string;
  /**
   * Writes what the program changed to its folder when it has ended. Default: the changes are thrown away. On v8 this is a
   * commit, for which there must be exactly one folder and `state`; on wasmtime the program works on the folders themselves.
   */
  writeBack?: boolean;
  /** Folder that keeps commits for undo. */
  state?: string;
  /** Killed after this; default never. */
  timeoutMs?: number;
  /** Linear memory, bytes; default 1 GiB. */
  memoryBytes?: number;
  /** All that the program writes, bytes; default 2 GiB. */
  diskBytes?: number;
  /** Default: empty. */
  stdin?: AsyncIterable<Uint8Array>;
  /** The next bytes are read when a promise it answers is kept. */
  onStdout?(bytes: Uint8Array): void | Promise<void>;
  onStderr?(bytes: Uint8Array): void | Promise<void>;
  /** Which of stdin, stdout, stderr the program is to take for a terminal. */
  terminal?: readonly [boolean, boolean, boolean];
  /** Kills the program when aborted. */
  signal?: AbortSignal;
}

/** How a run ended. */
export interface WasiRunResult {
  /** 0–255; 128 + n after signal n (a trap ends as by SIGABRT, SIGSEGV or SIGFPE). */
  status: number;
  timedOut: boolean;
  durationMs: number;
  /** What was written back, relative to the folder. */
  written: string[];
}

export const MEMORY_BYTES = 1024 ** 3;
export const DISK_BYTES = 2 * 1024 ** 3;
