import { closeSync, constants, openSync, readFileSync, readSync, writeSync } from "node:fs";
import { Socket } from "node:net";
import { setImmediate as nextTurn, setTimeout as pause } from "node:timers/promises";
import { Errno } from "@shadowbox/vfs";
import { eventChange } from "../../engine/host-io.ts";
import { signalEvent } from "../../kernel/futex.ts";
import { FileKind, OpenFile, Pipe } from "../../kernel/layout.ts";
import { isPipe } from "../../kernel/open-files.ts";
import { readPipe, unreadPipe, writePipe } from "../../kernel/pipe.ts";
import type { Process } from "../../kernel/process.ts";
import { Signal } from "../../kernel/signals.ts";
import type { InputPipe } from "./fifos.ts";
import type { VerdictFilter } from "./verdict.ts";

const { O_WRONLY, O_NONBLOCK } = constants;
const CHUNK = 65536;
/** Turns of the event loop, then milliseconds, to wait for a child that does not read on. */
const TURNS = 64;
const MOST_PAUSE_MS = 8;

/** An open file of the kernel, held for a stream: it outlives the process that it was opened for. */
class HeldFile {
  readonly process: Process;
  readonly fd: number;
  readonly #file: number;
  /** The stream is to let go. */
  stopped = false;

  constructor(process: Process, fd: number) {
    this.process = process;
    this.fd = fd;
    this.#file = process.fileNumber(fd);
    process.kernel.files.retain(this.#file);
  }

  get at(): number {
    return this.process.kernel.files.at(this.#file);
  }

  get isPipe(): boolean {
    return isPipe(this.process.kindOf(this.at));
  }

  get pipe(): number {
    return this.process.kernel.memory.u32[this.at + OpenFile.DETAIL];
  }

  /** Waits until one of the pipe's event counts leaves `seen`. */
  async change(sequence: number, waiters: number, seen: number): Promise<void> {
    const { memory } = this.process.kernel;
    const at = memory.word(this.pipe, Pipe.WORDS);
    await eventChange(memory.i32, at + sequence, at + waiters, seen);
  }

  sequence(word: number): number {
    const { memory } = this.process.kernel;
    return Atomics.load(memory.i32, memory.word(this.pipe, Pipe.WORDS) + word);
  }

  stop(sequence: number, waiters: number): void {
    this.stopped = true;
    if (!this.isPipe) return;
    const { memory } = this.process.kernel;
    const at = memory.word(this.pipe, Pipe.WORDS);
    signalEvent(memory.i32, at + sequence, at + waiters);
  }

  release(): void {
    this.process.kernel.files.release(this.#file);
  }
}

/** Brings what a child writes to a descriptor of its process. */
export class OutputStream {
  readonly #file: HeldFile;
  readonly #filter: VerdictFilter | undefined;
  readonly done: Promise<void>;

  /** `source` is the end of a pipe, which is closed at the end. */
  constructor(process: Process, fd: number, source: number, filter?: VerdictFilter) {
    this.#file = new HeldFile(process, fd);
    this.#filter = filter;
    this.done = this.#run(source);
  }

  async #run(source: number): Promise<void> {
    const socket = new Socket({ fd: source, readable: true, writable: false });
    const closed = new Promise((done) => socket.once("close", done));
    try {
      for await (const chunk of socket)
        if (!(await this.#put(this.#filter?.pass(chunk as Buffer) ?? (chunk as Buffer)))) break;
      const rest = this.#filter?.end().rest;
      if (rest !== undefined && rest.length > 0) await this.#put(rest);
    } catch {
      // The child is gone: there is nothing more to bring.
    } finally {
      socket.destroy();
      await closed;
      this.#file.release();
    }
  }

  /** False when nobody takes it any more. */
  async #put(bytes: Uint8Array): Promise<boolean> {
    const { process, fd } = this.#file;
    if (this.#file.stopped) return false;
    if (!this.#file.isPipe) return process.io.write(fd, bytes) >= 0;
    const { memory, processes } = process.kernel;
    for (let done = 0; done < bytes.length; ) {
      const seen = this.#file.sequence(Pipe.ROOM_SEQ);
      const count = writePipe(memory, this.#file.pipe, bytes.subarray(done), undefined);
      if (count === -Errno.EPIPE) {
        if (!this.#file.stopped) processes.send(process.slot, Signal.PIPE);
        return false;
      }
      if (count > 0) done += count;
      else await this.#file.change(Pipe.ROOM_SEQ, Pipe.ROOM_WAITERS, seen);
      if (this.#file.stopped) return false;
    }
    return true;
  }

  /** Lets go at once: the process was ended. */
  stop(): void {
    this.#file.stop(Pipe.ROOM_SEQ, Pipe.ROOM_WAITERS);
  }
}

/** What a child reads; the process's own file or pipe stands afterwards where the child stopped reading. */
export interface InputStream {
  /** Another process is about to read from the same place: what the child has not read is put back. */
  pause(): Promise<void>;
  /** The child may read again, from where the other stopped. */
  resume(): void;
  /** Settles accounts when the child has ended. */
  end(): Promise<void>;
}

/** Gives a child a file of the host as such. */
export class FileInput implements InputStream {
  readonly childs: number;
  readonly #file: HeldFile;
  #from: number;

  /** `path` leads to the file, on Linux. */
  constructor(process: Process, fd: number, path: string) {
    this.#file = new HeldFile(process, fd);
    this.#from = process.kernel.memory.f64[(this.#file.at + OpenFile.OFFSET) >> 1];
    this.childs = openSync(path, "r");
    // Node has no seek.
    this.#skip(this.#from);
  }

  #skip(count: number): void {
    const skipped = new Uint8Array(Math.min(count, CHUNK));
    for (let left = count; left > 0; ) {
      const got = readSync(this.childs, skipped, 0, Math.min(left, CHUNK), null);
      if (got === 0) return;
      left -= got;
    }
  }

  get #position(): number {
    const facts = readFileSync(`/proc/self/fdinfo/${this.childs}`, "latin1");
    return Number(/^pos:\s*(\d+)/m.exec(facts)?.[1] ?? this.#from);
  }

  async pause(): Promise<void> {
    const position = this.#position;
    if (position === this.#from) return;
    this.#file.process.kernel.memory.f64[(this.#file.at + OpenFile.OFFSET) >> 1] = position;
    this.#from = position;
  }

  resume(): void {
    const offset = this.#file.process.kernel.memory.f64[(this.#file.at + OpenFile.OFFSET) >> 1];
    this.#skip(Math.max(0, offset - this.#position));
    this.#from = Math.max(offset, this.#from);
  }

  async end(): Promise<void> {
    await this.pause();
    closeSync(this.childs);
    this.#file.release();
  }
}

/** Brings what can be read from a descriptor of the process to a child, and puts back what the child left. */
export class PumpedInput implements InputStream {
  readonly #file: HeldFile;
  readonly #pipe: InputPipe & { name: string };
  readonly #buffer = new Uint8Array(CHUNK);
  /** Of the buffer: what came in last, and how much of it went out. */
  #filled = 0;
  #sent = 0;
  #open = true;
  #done: Promise<void>;

  constructor(process: Process, fd: number, pipe: InputPipe & { name: string }) {
    this.#file = new HeldFile(process, fd);
    this.#pipe = pipe;
    this.#done = this.#run();
  }

  async #run(): Promise<void> {
    for (;;) {
      const count = await this.#fill();
      if (count <= 0 || this.#file.stopped) break;
      await this.#send();
      if (this.#file.stopped) break;
    }
    if (!this.#file.stopped) this.#close();
  }

  #close(): void {
    if (this.#open) closeSync(this.#pipe.ours);
    this.#open = false;
  }

  /** Takes the next bytes; 0 at the end of input. */
  async #fill(): Promise<number> {
    const { process } = this.#file;
    const { memory } = process.kernel;
    this.#filled = 0;
    this.#sent = 0;
    for (;;) {
      let count: number;
      if (this.#file.isPipe) {
        const seen = this.#file.sequence(Pipe.DATA_SEQ);
        if (this.#file.stopped) return 0;
        count = readPipe(memory, this.#file.pipe, this.#buffer, undefined);
        if (count === -Errno.EAGAIN) {
          await this.#file.change(Pipe.DATA_SEQ, Pipe.DATA_WAITERS, seen);
          continue;
        }
      } else count = process.io.read(this.#file.fd, this.#buffer);
      this.#filled = Math.max(0, count);
      return count;
    }
  }

  async #send(): Promise<void> {
    let waited = 0;
    while (this.#sent < this.#filled && !this.#file.stopped) {
      try {
        this.#sent += writeSync(this.#pipe.ours, this.#buffer, this.#sent, this.#filled - this.#sent);
        waited = 0;
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code !== "EAGAIN") return;
        if (waited++ < TURNS) await nextTurn();
        else await pause(Math.min(MOST_PAUSE_MS, waited - TURNS));
      }
    }
  }

  async pause(): Promise<void> {
    this.#file.stop(Pipe.DATA_SEQ, Pipe.DATA_WAITERS);
    await this.#done;
    // The child must not take the pause for the end of input.
    if (!this.#open) this.#pipe.ours = openSync(this.#pipe.name, O_WRONLY | O_NONBLOCK);
    this.#open = true;
    this.#putBack(Buffer.concat([this.#left(), this.#buffer.subarray(this.#sent, this.#filled)]));
    this.#filled = 0;
    this.#sent = 0;
  }

  resume(): void {
    if (!this.#file.stopped) return;
    this.#file.stopped = false;
    this.#done = this.#run();
  }

  async end(): Promise<void> {
    await this.pause();
    this.#close();
    closeSync(this.#pipe.rest);
    this.#file.release();
  }

  /** What is still in the system's pipe. */
  #left(): Buffer {
    const pieces: Buffer[] = [];
    try {
      for (;;) {
        const piece = Buffer.alloc(CHUNK);
        const count = readSync(this.#pipe.rest, piece, 0, CHUNK, null);
        if (count === 0) break;
        pieces.push(piece.subarray(0, count));
      }
    } catch {
      // EAGAIN: it is empty.
    }
    return Buffer.concat(pieces);
  }

  #putBack(bytes: Uint8Array): void {
    if (bytes.length === 0) return;
    const { memory } = this.#file.process.kernel;
    if (this.#file.isPipe) unreadPipe(memory, this.#file.pipe, bytes);
    else if (this.#file.process.kindOf(this.#file.at) === FileKind.FILE)
      memory.f64[(this.#file.at + OpenFile.OFFSET) >> 1] -= bytes.length;
  }
}
