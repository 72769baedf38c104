import { Signal, STATUS_SIGNALLED } from "../../kernel/signals.ts";
import { statusOf } from "./interposed.ts";
import type { Ended } from "./launcher.ts";

/** Where wasmtime begins to say why a module ended otherwise than by status 0 to 125. */
const VERDICT = Buffer.from("Error: failed to run main module");

/** What Rust's allocator says before it gives up, and how long that is at most. */
const NO_MEMORY = /memory allocation of \d+ bytes failed/;
const NO_MEMORY_BYTES = "memory allocation of 18446744073709551615 bytes failed".length;

/** Hears from a program's standard error that it gets no more memory. */
export class MemoryWatch {
  /** The end of what was seen: a program may say a sentence in several pieces. */
  #last: Buffer = Buffer.alloc(0);
  /** The program said so. */
  wanted = false;

  see(bytes: Uint8Array): void {
    const text = Buffer.concat([this.#last, bytes]);
    this.wanted ||= NO_MEMORY.test(text.toString("latin1"));
    this.#last = text.subarray(-NO_MEMORY_BYTES);
  }
}

/** Passes a program's standard error on and keeps back what wasmtime itself has to say at its end. */
export class VerdictFilter {
  #held: Buffer = Buffer.alloc(0);
  readonly memory = new MemoryWatch();

  /** The bytes that are the program's own. */
  pass(bytes: Uint8Array): Uint8Array {
    this.#held = this.#held.length === 0 ? Buffer.from(bytes) : Buffer.concat([this.#held, bytes]);
    const at = this.#held.indexOf(VERDICT);
    const safe = at >= 0 ? at : tail(this.#held);
    const out = this.#held.subarray(0, safe);
    this.memory.see(out);
    this.#held = this.#held.subarray(safe);
    return out;
  }

  /** What is left at the end: the verdict, or a last piece that is none. */
  end(): { verdict: string; rest: Uint8Array } {
    const held = this.#held;
    const isVerdict = held.indexOf(VERDICT) === 0;
    return isVerdict ? { verdict: held.toString(), rest: new Uint8Array() } : { verdict: "", rest: held };
  }
}

/** Where a beginning of the verdict at the end of `bytes` starts, else their length. */
function tail(bytes: Buffer): number {
  for (let at = Math.max(0, bytes.length - VERDICT.length); at < bytes.length; at++)
    if (VERDICT.subarray(0, bytes.length - at).equals(bytes.subarray(at))) return at;
  return bytes.length;
}

const PAGES_PER_MIB = 16;
/** Status of a program that was found but cannot be run. */
const CANNOT_RUN = 126;

/** How a program ended: its status as the kernel has it, and what is to be said about it. */
export interface Outcome {
  status: number;
  complaint?: string;
  /** It came to this for want of memory. */
  wantsMemory?: boolean;
}

/** In place of a status that stock wasmtime keeps to itself. */
const STATUS_LOST = 125;

/** What the end of a `wasmtime` process says of its module, which may have `limit` pages and says that they were too few, or not. */
export function outcomeOf(
  { code, signal }: Ended,
  verdict: string,
  { limit, wanted }: { limit: number; wanted: boolean },
): Outcome {
  if (code === null) return { status: STATUS_SIGNALLED + signal };
  if (verdict === "") return { status: code };
  const told = statusOf(verdict);
  if (told !== undefined) return { status: told };
  const trap = /wasm trap: (.*)/.exec(verdict)?.[1];
  if (trap !== undefined) {
    const why = wanted ? ` (memory: the limit is ${limit / PAGES_PER_MIB} MiB)` : "";
    const status = STATUS_SIGNALLED + signalOf(trap);
    return { status, complaint: `trap: ${trap}${why}`, wantsMemory: wanted };
  }
  const pages = /memory minimum size of (\d+) pages exceeds/.exec(verdict)?.[1];
  if (pages !== undefined) return { status: CANNOT_RUN, complaint: tooSmall(pages, limit) };
  if (verdict.includes("invalid exit status"))
    return { status: STATUS_LOST, complaint: "exited with a status over 125, which wasmtime does not tell" };
  return { status: STATUS_SIGNALLED + Signal.ABRT, complaint: causeOf(verdict) };
}

/** The innermost cause of what wasmtime has to say, which is the last one. */
export function causeOf(verdict: string): string {
  const causes = /Caused by:\n((?: {4}.*\n?)+)/.exec(verdict)?.[1] ?? verdict;
  const lines = causes.trim().split("\n");
  return (lines.at(-1) ?? "").replace(/^ *(\d+: )?/, "");
}

function tooSmall(pages: string, limit: number): string {
  return `needs ${pages} pages of memory, the limit is ${limit} (${limit / PAGES_PER_MIB} MiB)`;
}

/** The signal that a native program would have died of. */
function signalOf(trap: string): number {
  if (/out of bounds|undefined element|uninitialized|indirect call|stack/.test(trap)) return Signal.SEGV;
  if (/divide|overflow|invalid conversion/.test(trap)) return Signal.FPE;
  return Signal.ABRT;
}
