import { execFileSync } from "node:child_process";
import fs from "node:fs";
import path from "node:path";
import { Errno } from "@shadowbox/vfs";

/** An open file of the host, shared by the descriptors that were duplicated from one another. */
export interface OpenFile {
  real: number;
  refs: number;
  /** Bytes that a poll had to read. */
  ahead: Uint8Array | undefined;
}

/** The negated errno of an exception of node:fs. */
export function errnoOf(error: unknown): number {
  const code = (error as NodeJS.ErrnoException).code ?? "EIO";
  return -((Errno as Record<string, number>)[code] ?? Errno.EIO);
}

export function attempt<T>(action: () => T): T | number {
  try {
    return action();
  } catch (error) {
    return errnoOf(error);
  }
}

const shared = new Int32Array(new SharedArrayBuffer(4));

export function pause(ms: number): void {
  Atomics.wait(shared, 0, 0, ms);
}

let scratch: string | undefined;
let serial = 0;
const fifos: string[] = [];

/** A private folder for pipes and states of this process. */
export function scratchDir(): string {
  if (!scratch) {
    scratch = fs.mkdtempSync("/tmp/sbx-");
    const dir = scratch;
    process.on("exit", () => fs.rmSync(dir, { recursive: true, force: true }));
  }
  return scratch;
}

export function scratchFile(): string {
  return path.join(scratchDir(), `f${++serial}`);
}

/** A real pipe: a FIFO opened at both ends and unlinked (Node has no pipe(2)). */
export function realPipe(): [number, number] {
  if (!fifos.length) {
    const names = Array.from({ length: 16 }, () => scratchFile());
    execFileSync("mkfifo", names);
    fifos.push(...names);
  }
  const name = fifos.pop() as string;
  const hold = fs.openSync(name, fs.constants.O_RDWR);
  const reader = fs.openSync(name, "r");
  const writer = fs.openSync(name, "w");
  fs.closeSync(hold);
  fs.unlinkSync(name);
  return [reader, writer];
}
