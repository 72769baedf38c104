import { decodeText, Errno, encodeText } from "@shadowbox/vfs";
import type { System } from "../system.ts";

/** Where saved descriptors live, above those that scripts use. */
const SAVE_FROM = 100;

/** A `$(…)` whose output is still held as text; it gets a real pipe only when another program could see descriptor 1. */
interface Capture {
  parts: string[];
  /** Read end and saved descriptor 1 once it is real. */
  real: { readEnd: number; saved: number } | undefined;
}

/** Descriptors of the shell: writing, capturing, saving and putting back. */
export class Descriptors {
  readonly #system: System;
  readonly #captures: Capture[] = [];
  /** Per running subshell: what a lasting redirection covered, `-1` where nothing was open. */
  readonly #journals: Map<number, number>[] = [];

  /**
   * What may still be written to a pipe whose reader is a builtin that ended already. In bash that reader runs beside the writer and the
   * pipe holds what is never read, so that a short writer ends well.
   */
  unread = 0;

  constructor(system: System) {
    this.#system = system;
  }

  /** Writes a text; 0 or a negated errno. */
  write(fd: number, text: string): number {
    if (text === "") return 0;
    if (fd === 1) {
      const capture = this.#captures[this.#captures.length - 1];
      if (capture && !capture.real) {
        capture.parts.push(text);
        return 0;
      }
    }
    const result = this.#system.write(fd, encodeText(text));
    if (result === -Errno.EPIPE && fd === 1 && this.unread > 0) {
      this.unread -= text.length;
      return 0;
    }
    return Math.min(result, 0);
  }

  beginCapture(): void {
    this.#captures.push({ parts: [], real: undefined });
  }

  /** Ends the innermost capture; its text. */
  endCapture(): string {
    const capture = this.#captures.pop() as Capture;
    if (!capture.real) return capture.parts.join("");
    this.restore(1, capture.real.saved);
    const text = this.readAll(capture.real.readEnd);
    this.#system.close(capture.real.readEnd);
    return text;
  }

  /** Gives the innermost capture its pipe: descriptor 1 is about to be seen by more than builtins. */
  materialize(): void {
    const capture = this.#captures[this.#captures.length - 1];
    if (!capture || capture.real) return;
    const pipe = this.#system.capture();
    if (typeof pipe === "number") return;
    const saved = this.save(1);
    const readEnd = this.#high(pipe.readEnd);
    this.#system.dup2(pipe.writeEnd, 1);
    if (pipe.writeEnd !== 1) this.#system.close(pipe.writeEnd);
    capture.real = { readEnd, saved };
    const held = capture.parts.join("");
    if (held) this.#system.write(1, encodeText(held));
  }

  /** Hides the captures from what runs with its own descriptor 1 (a pipeline element). */
  pushBarrier(): void {
    this.#captures.push({ parts: [], real: { readEnd: -1, saved: -1 } });
  }

  popBarrier(): void {
    this.#captures.pop();
  }

  /** Moves a descriptor out of the way of scripts, not passed on to programs. */
  #high(fd: number): number {
    const high = this.save(fd);
    if (high < 0) return fd;
    this.#system.close(fd);
    return high;
  }

  /** As {@link high}, for pipes. */
  moveHigh(fd: number): number {
    return this.#high(fd);
  }

  /** A private copy of a descriptor; -1 if it is not open. */
  save(fd: number): number {
    let copy = this.#system.dup(fd, SAVE_FROM);
    if (copy === -Errno.EMFILE || copy === -Errno.EINVAL) copy = this.#system.dup(fd, 10);
    if (copy < 0) return -1;
    this.#system.setCloseOnExec(copy, true);
    return copy;
  }

  /** Puts a descriptor back from its private copy (closes it for -1). */
  restore(fd: number, saved: number): void {
    if (saved < 0) {
      this.#system.close(fd);
      return;
    }
    this.#system.dup2(saved, fd);
    this.#system.close(saved);
  }

  readAll(fd: number): string {
    const chunks: Uint8Array[] = [];
    let size = 0;
    for (;;) {
      const chunk = new Uint8Array(65536);
      const count = this.#system.read(fd, chunk);
      if (count === -Errno.EINTR) continue;
      if (count <= 0) break;
      chunks.push(chunk.subarray(0, count));
      size += count;
    }
    if (chunks.length === 1) return decodeText(chunks[0] as Uint8Array);
    const all = new Uint8Array(size);
    let at = 0;
    for (const chunk of chunks) {
      all.set(chunk, at);
      at += chunk.length;
    }
    return decodeText(all);
  }

  beginSubshell(): void {
    this.#journals.push(new Map());
  }

  /** Undoes the lasting redirections of a subshell. */
  endSubshell(): void {
    const journal = this.#journals.pop();
    if (journal) for (const [fd, saved] of journal) this.restore(fd, saved);
  }

  /** Says that a redirection of `fd` will outlive its command. `saved` may hand over a copy made already. */
  keep(fd: number, saved?: number): void {
    const journal = this.#journals[this.#journals.length - 1];
    if (!journal || journal.has(fd)) {
      if (saved !== undefined && saved >= 0) this.#system.close(saved);
      return;
    }
    journal.set(fd, saved ?? this.save(fd));
  }
}
