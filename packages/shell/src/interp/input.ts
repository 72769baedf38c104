import { decodeText, Errno } from "@shadowbox/vfs";
import type { Interpreter } from "./interpreter.ts";
import { checkSignals } from "./traps.ts";

/** How a read ended. */
export type InputEnd = "found" | "end" | "error" | "timeout" | "full" | "interrupted";

/** What is asked for first, and at most: a short line costs no more than it is long. */
const FIRST = 128;
const BLOCK = 4096;
/** Holds nothing between two calls. */
const block = new Uint8Array(BLOCK);

/** Reads bytes up to a delimiter and not one more, so that what follows is left for others. */
export class ByteReader {
  readonly #sh: Interpreter;
  readonly #fd: number;
  #held = new Uint8Array(FIRST);
  #size = 0;
  error = 0;
  /** That cut the reading short. */
  signal = 0;

  constructor(sh: Interpreter, fd: number) {
    this.#sh = sh;
    this.#fd = fd;
  }

  /** Reads until `delimiter` (a byte; -1 for none) or `limit` bytes; the delimiter is taken but not kept. */
  until(delimiter: number, limit: number, deadline: number | undefined): InputEnd {
    for (;;) {
      if (this.#size >= limit) return "full";
      if (deadline !== undefined) {
        const left = deadline - this.#sh.system.monotonic();
        if (!this.#sh.system.pollRead(this.#fd, Math.max(0, left))) return "timeout";
      }
      const end = this.#some(delimiter, limit - this.#size);
      if (end) return end;
    }
  }

  /** What was read. */
  get bytes(): Uint8Array {
    return this.#held.subarray(0, this.#size);
  }

  get text(): string {
    return decodeText(this.bytes);
  }

  #some(delimiter: number, room: number): InputEnd | undefined {
    const { system } = this.#sh;
    const into = block.subarray(0, Math.min(room, this.#size === 0 ? FIRST : BLOCK));
    const count = delimiter < 0 ? system.read(this.#fd, into) : system.readUntil(this.#fd, into, delimiter);
    if (count === 0) return "end";
    if (count === -Errno.EINTR) return this.#interrupted();
    if (count < 0) {
      this.error = count;
      return "error";
    }
    const found = block[count - 1] === delimiter;
    this.#keep(found ? count - 1 : count);
    return found ? "found" : undefined;
  }

  /** A signal came: its trap runs at once, then reading goes on, except in POSIX mode or where the trap leaves. */
  #interrupted(): InputEnd | undefined {
    const sh = this.#sh;
    const mask = sh.system.takeSignals();
    if (mask === 0 || !sh.takeMask(mask)) return undefined;
    this.signal = 31 - Math.clz32(mask);
    checkSignals(sh);
    return sh.posix || sh.flow !== undefined ? "interrupted" : undefined;
  }

  #keep(count: number): void {
    const size = this.#size + count;
    if (size > this.#held.length) {
      const larger = new Uint8Array(Math.max(size, 2 * this.#held.length));
      larger.set(this.#held);
      this.#held = larger;
    }
    this.#held.set(block.subarray(0, count), this.#size);
    this.#size = size;
  }
}

/** One line without its newline; `undefined` at the end of the input. */
export function readLine(sh: Interpreter, fd: number): string | undefined {
  const reader = new ByteReader(sh, fd);
  const end = reader.until(10, Number.POSITIVE_INFINITY, undefined);
  if (end !== "found" && reader.bytes.length === 0) return undefined;
  return reader.text;
}
