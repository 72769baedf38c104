import { decodeText, Errno } from "@shadowbox/vfs";
import type { Interpreter } from "./interpreter.ts";

/** How a read ended. */
export type InputEnd = "found" | "end" | "error" | "timeout" | "full";

const BLOCK = 4096;

/**
 * Reads bytes up to a delimiter and not one more, so that what follows is left for others. Where the input can be looked
 * at without taking it (`System.peek`) a block at a time, else byte by byte.
 */
export class ByteReader {
  readonly #sh: Interpreter;
  readonly #fd: number;
  readonly #block = new Uint8Array(BLOCK);
  #bytes: number[] = [];
  error = 0;

  constructor(sh: Interpreter, fd: number) {
    this.#sh = sh;
    this.#fd = fd;
  }

  /** Reads until `delimiter` (a byte; -1 for none) or `limit` bytes; the delimiter is taken but not kept. */
  until(delimiter: number, limit: number, deadline: number | undefined): InputEnd {
    for (;;) {
      if (this.#bytes.length >= limit) return "full";
      if (deadline !== undefined) {
        const left = deadline - this.#sh.system.monotonic();
        if (!this.#sh.system.pollRead(this.#fd, Math.max(0, left))) return "timeout";
      }
      const end = this.#some(delimiter, limit - this.#bytes.length);
      if (end) return end;
    }
  }

  get bytes(): Uint8Array {
    return Uint8Array.from(this.#bytes);
  }

  get text(): string {
    return decodeText(this.bytes);
  }

  #some(delimiter: number, room: number): InputEnd | undefined {
    const { system } = this.#sh;
    const block = this.#block;
    const seen = room > 1 ? system.peek(this.#fd, block.subarray(0, Math.min(room, BLOCK))) : -Errno.ENOTSUP;
    if (seen === 0) return "end";
    if (seen < 0) return this.#one(delimiter);
    const found = delimiter < 0 ? -1 : block.subarray(0, seen).indexOf(delimiter);
    const take = found < 0 ? seen : found + 1;
    const count = system.read(this.#fd, block.subarray(0, take));
    if (count < 0) return this.#failed(count);
    for (let i = 0; i < (found < 0 ? count : found); i++) this.#bytes.push(block[i] as number);
    return found < 0 ? undefined : "found";
  }

  #one(delimiter: number): InputEnd | undefined {
    const one = this.#block.subarray(0, 1);
    const count = this.#sh.system.read(this.#fd, one);
    if (count < 0) return this.#failed(count);
    if (count === 0) return "end";
    if (one[0] === delimiter) return "found";
    this.#bytes.push(one[0] as number);
    return undefined;
  }

  #failed(errno: number): InputEnd {
    this.error = errno;
    return "error";
  }
}

/** One line without its newline; `undefined` at the end of the input. */
export function readLine(sh: Interpreter, fd: number): string | undefined {
  const reader = new ByteReader(sh, fd);
  const end = reader.until(10, Number.POSITIVE_INFINITY, undefined);
  if (end !== "found" && reader.bytes.length === 0) return undefined;
  return reader.text;
}
