import { closeSync, constants, openSync, readFileSync, readSync } from "node:fs";
import { Socket } from "node:net";
import { setImmediate as nextTurn } from "node:timers/promises";
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

/** An open file of the kernel, held for a stream: it outlives the process that it was opened for. */
class HeldFile {
  readonly process: Process;
  readonly fd: number;
  readonly #file: number;
  /** The stream is to let go. */
  stopped = false;
  #released = false;

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
    // What was let go may be another's by now.
    if (this.#released || !this.isPipe) return;
    const { memory } = this.process.kernel;
    const at = memory.word(this.pipe, Pipe.WORDS);
    signalEvent(memory.i32, at + sequence, at + waiters);
  }

  release(): void {
    if (this.#released) return;
    this.#released = true;
    this.process.kernel.files.release(this.#file);
  }
}

/** Brings what a child writes to a descriptor of its process. */
export class OutputStream {
  readonly #file: HeldFile;
  readonly #filter: VerdictFilter | undefined;
  readonly done: Promise<void>;
  /** The errno with which a file or device took no more; 0: it took everything, or is a pipe. */
  failed = 0;

  /** `source` is the end of a pipe, which is closed at the end. */
  constructor(process: Process, fd: number, source: number, filter?: VerdictFilter) {
    this.#file = new HeldFile(process, fd);
    this.#filter = filter;
    this.done = this.#run(source);
  }

  async #run(source: number): Promise<void> {
    // The child is started first.
    await undefined;
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
    if (!this.#file.isPipe) return this.#write(process.io.write(fd, bytes), bytes.length);
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

  #write(count: number, wanted: number): boolean {
    if (count < wanted) this.failed = count < 0 ? -count : Errno.ENOSPC;
    return this.failed === 0;
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
  readonly #pipe: InputPipe;
  readonly #buffer = new Uint8Array(CHUNK);
  /** Our end of the pipe; closed at the end of input. */
  #socket: Socket | undefined;
  #running = false;
  #ended = false;

  constructor(process: Process, fd: number, pipe: InputPipe) {
    this.#file = new HeldFile(process, fd);
    this.#pipe = pipe;
    this.#socket = writerOf(pipe.ours);
    void this.#run();
  }

  async #run(): Promise<void> {
    this.#running = true;
    try {
      while (!this.#file.stopped) {
        const count = await this.#take();
        if (count > 0) await this.#send(this.#buffer.subarray(0, count));
        else if (!this.#file.stopped) await this.#close();
        if (count <= 0) break;
      }
    } catch {
      // The process is gone, and with it what it was to read.
    } finally {
      this.#running = false;
    }
  }

  /** The next bytes; 0 at the end of input, or when it is to stop. */
  async #take(): Promise<number> {
    const { process } = this.#file;
    if (!this.#file.isPipe) return process.io.read(this.#file.fd, this.#buffer);
    for (;;) {
      const seen = this.#file.sequence(Pipe.DATA_SEQ);
      if (this.#file.stopped) return 0;
      const count = readPipe(process.kernel.memory, this.#file.pipe, this.#buffer, undefined);
      if (count !== -Errno.EAGAIN) return count;
      await this.#file.change(Pipe.DATA_SEQ, Pipe.DATA_WAITERS, seen);
    }
  }

  /** Resolves when all is in the system's pipe. */
  #send(bytes: Uint8Array): Promise<void> {
    return new Promise((done) => this.#socket?.write(bytes, () => done()));
  }

  async #close(): Promise<void> {
    const socket = this.#socket;
    if (socket === undefined) return;
    this.#socket = undefined;
    const closed = new Promise((done) => socket.once("close", done));
    socket.destroy();
    await closed;
  }

  async pause(): Promise<void> {
    if (this.#ended) return;
    this.#file.stop(Pipe.DATA_SEQ, Pipe.DATA_WAITERS);
    const left: Buffer[] = [];
    // What is on its way comes out here too.
    while (this.#running) {
      left.push(this.#left());
      await nextTurn();
    }
    left.push(this.#left());
    // The child must not take the pause for the end of input.
    this.#socket ??= writerOf(openSync(this.#pipe.name, O_WRONLY | O_NONBLOCK));
    this.#putBack(Buffer.concat(left));
  }

  resume(): void {
    if (!this.#file.stopped || this.#ended) return;
    this.#file.stopped = false;
    void this.#run();
  }

  async end(): Promise<void> {
    await this.pause();
    this.#ended = true;
    await this.#close();
    closeSync(this.#pipe.rest);
    this.#file.release();
  }

  /** What is still in the system's pipe. */
  #left(): Buffer {
    const pieces: Buffer[] = [];
    try {
      for (;;) {
        const piece = Buffer.allocUnsafe(CHUNK);
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

function writerOf(fd: number): Socket {
  const socket = new Socket({ fd, readable: false, writable: true });
  // The other end is held as long as this one.
  socket.on("error", () => {});
  return socket;
}
