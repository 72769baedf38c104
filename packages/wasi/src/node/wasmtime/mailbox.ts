import { type FSWatcher, readSync, watch, writeSync } from "node:fs";
import { Errno, FileType } from "@shadowbox/vfs";
import { eventChange } from "../../engine/host-io.ts";
import { Header, OpenFile, Pipe, Slot } from "../../kernel/layout.ts";
import { type Process, ProcessExit } from "../../kernel/process.ts";
import {
  MalformedRequest,
  Op,
  ReplyWriter,
  RequestReader,
  RPC_HEADER,
  RPC_LIMIT,
} from "../../kernel/rpc-wire.ts";
import type { MailboxFolder } from "./mailbox-folders.ts";

/** Operation of the mailbox alone: the status with which the program is about to end. */
const OP_EXIT = 256;
const NOHANG = 1;
/** How SPAWN says that a child's descriptor is one of the caller's. */
const MINE = 1;
/** Milliseconds until an open of a FIFO for writing looks again for a reader. */
const FIFO_PAUSE_MS = 2;

/**
 * The host services of one process where no device can be: a private folder with two ordinary files. The program writes a
 * request behind a number and then the number; the reply comes the same way. The host is told by the system when the
 * file changes, so a mailbox that nobody uses costs nothing. Nobody else can name the folder.
 */
export class Mailbox {
  /** What the program said that it ends with. */
  status: number | undefined;
  /** Called when somebody else is to read the program's standard input, and when a child was waited for. */
  onHandOver: (() => Promise<void>) | undefined;
  onBack: (() => void) | undefined;
  readonly #process: Process;
  readonly #folder: MailboxFolder;
  #watcher: FSWatcher | undefined;
  #last = 0;
  #busy = false;
  #closed = false;

  /** `folder` is the process's alone for as long as it lives. */
  constructor(folder: MailboxFolder, process: Process) {
    this.#process = process;
    this.#folder = folder;
  }

  /** Starts to answer, what was asked before as well. */
  serve(): void {
    if (this.#closed) return;
    this.#watcher = watch(this.#folder.requestPath, { persistent: false }, () => void this.#look());
    this.#watcher.on("error", () => this.close());
    void this.#look();
  }

  /** Answers the request that is there, if it is a new one. */
  async #look(): Promise<void> {
    if (this.#busy || this.#closed) return;
    this.#busy = true;
    try {
      for (let request = this.#take(); request !== undefined; request = this.#take()) {
        const reply = await this.#answer(request);
        if (this.#closed) return;
        this.#put(reply);
      }
    } catch (error) {
      // A process that was ended gets no answer; whatever else goes wrong is the program's to hear, not the host's end.
      if (!(error instanceof ProcessExit || this.#closed)) this.#put(new ReplyWriter().finish(Errno.EIO));
    } finally {
      this.#busy = false;
    }
  }

  /** The whole request behind a number that is not yet served. */
  #take(): Uint8Array | undefined {
    const head = Buffer.alloc(4 + RPC_HEADER);
    if (this.#closed || readSync(this.#folder.request, head, 0, head.length, 0) < head.length)
      return undefined;
    const number = head.readUInt32LE(0);
    if (number === this.#last) return undefined;
    this.#last = number;
    const length = head.readUInt32LE(4);
    if (length < RPC_HEADER || length > RPC_LIMIT) return new Uint8Array();
    const bytes = new Uint8Array(length);
    return readSync(this.#folder.request, bytes, 0, length, 4) === length ? bytes : new Uint8Array();
  }

  #put(reply: Uint8Array): void {
    writeSync(this.#folder.reply, reply, 0, reply.length, 4);
    const number = Buffer.alloc(4);
    number.writeUInt32LE(this.#last);
    writeSync(this.#folder.reply, number, 0, 4, 0);
  }

  async #answer(request: Uint8Array): Promise<Uint8Array> {
    if (request.length < RPC_HEADER) return new ReplyWriter().finish(Errno.EINVAL);
    const view = new DataView(request.buffer, request.byteOffset, request.byteLength);
    switch (view.getUint16(6, true)) {
      case OP_EXIT:
        this.status = request.length >= RPC_HEADER + 4 ? view.getUint32(RPC_HEADER, true) & 0xff : 0;
        return new ReplyWriter().finish(0);
      case Op.WAIT: {
        const reply = await this.#wait(request, view);
        if (errnoOf(reply) === 0) this.onBack?.();
        return reply;
      }
      case Op.SPAWN:
        if (handsInputOn(request)) await this.onHandOver?.();
        return this.#call(request);
      case Op.OPEN:
        return this.#open(request);
      case Op.READ:
      case Op.WRITE:
      case Op.SEEK:
        if (request.length >= RPC_HEADER + 4) await this.#inputTo(view.getUint32(RPC_HEADER, true));
        return this.#transfer(request);
      default:
        return this.#call(request);
    }
  }

  /** Carries a request out as a system call of the process. */
  #call(request: Uint8Array): Uint8Array {
    const { kernel } = this.#process;
    this.#process.enter();
    // `/dev/fd/N` and `/proc/self` are the caller's.
    kernel.current = this.#process;
    const reply = this.#process.rpc.answer(request);
    kernel.current = undefined;
    this.#process.leave();
    return reply;
  }

  /** A wait that never blocks this thread. */
  async #wait(request: Uint8Array, view: DataView): Promise<Uint8Array> {
    const { i32 } = this.#process.kernel.memory;
    const word = this.#process.slot + Slot.CHILD_SEQ;
    const hangs = request.length === RPC_HEADER + 8 && (view.getUint32(RPC_HEADER + 4, true) & NOHANG) === 0;
    if (hangs) view.setUint32(RPC_HEADER + 4, NOHANG, true);
    for (;;) {
      const seen = Atomics.load(i32, word);
      const reply = this.#call(request);
      const none = errnoOf(reply) === 0 && new DataView(reply.buffer).getUint32(RPC_HEADER, true) === 0;
      if (!none || !hangs || this.#closed) return reply;
      await eventChange(i32, word, 0, seen);
    }
  }

  /** Repeats what found a pipe empty or full when a pipe has changed. */
  #transfer(request: Uint8Array): Promise<Uint8Array> {
    return this.#untilPolled(() => {
      const reply = this.#call(request);
      return errnoOf(reply) !== Errno.EAGAIN || this.#closed ? reply : undefined;
    });
  }

  /** What `ready` answers, asked again after each event that a poller may wait for. */
  async #untilPolled<T>(ready: () => T | undefined): Promise<T> {
    const { i32, base } = this.#process.kernel.memory;
    // Counted before `ready` looks: where nobody waits nobody is told, and an event in between would be missed.
    Atomics.add(i32, base + Header.POLL_WAITERS, 1);
    try {
      for (;;) {
        const seen = Atomics.load(i32, base + Header.POLL_SEQ);
        const answer = ready();
        if (answer !== undefined) return answer;
        await eventChange(i32, base + Header.POLL_SEQ, 0, seen);
      }
    } finally {
      Atomics.sub(i32, base + Header.POLL_WAITERS, 1);
    }
  }

  /** An open of a FIFO waits for the other side, as open(2) does. */
  async #open(request: Uint8Array): Promise<Uint8Array> {
    for (;;) {
      const reply = this.#call(request);
      const errno = errnoOf(reply);
      if (errno === Errno.ENXIO && !this.#closed) {
        await new Promise((done) => setTimeout(done, FIFO_PAUSE_MS));
        continue;
      }
      if (errno !== 0) return reply;
      const fd = new DataView(reply.buffer, reply.byteOffset).getUint32(RPC_HEADER, true);
      await this.#inputTo(fd);
      await this.#writerOf(fd);
      return reply;
    }
  }

  /** What the host reads from the program's standard input must not be on its way to the program. */
  async #inputTo(fd: number): Promise<void> {
    const file = this.#process.fileNumber(fd);
    if (file >= 0 && file === this.#process.fileNumber(0)) await this.onHandOver?.();
  }

  async #writerOf(fd: number): Promise<void> {
    const { memory } = this.#process.kernel;
    const at = this.#process.file(fd);
    if (at < 0 || memory.i32[at + OpenFile.TYPE] !== FileType.FIFO || memory.i32[at + OpenFile.DEV] === 0)
      return;
    const pipe = memory.word(memory.u32[at + OpenFile.DETAIL], Pipe.WORDS);
    const before = memory.i32[at + OpenFile.PEER];
    await this.#untilPolled(
      () => this.#closed || Atomics.load(memory.i32, pipe + Pipe.WRITER_OPENS) !== before || undefined,
    );
  }

  /** Ends the service; what waits gives up. */
  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#watcher?.close();
    const { i32, base } = this.#process.kernel.memory;
    for (const word of [this.#process.slot + Slot.CHILD_SEQ, base + Header.POLL_SEQ]) {
      Atomics.add(i32, word, 1);
      Atomics.notify(i32, word);
    }
  }
}

/** Whether a SPAWN gives the caller's descriptor 0 to the child. */
function handsInputOn(bytes: Uint8Array): boolean {
  const request = new RequestReader(bytes);
  try {
    request.string();
    for (let lists = 0; lists < 2; lists++) request.list(() => request.string());
    request.string();
    const given = request.list(() => ({ fd: request.u32(), kind: request.u32(), mine: request.u32() }));
    return given.some(({ kind, mine }) => kind === MINE && mine === 0);
  } catch (error) {
    if (error instanceof MalformedRequest) return false;
    throw error;
  }
}

function errnoOf(reply: Uint8Array): number {
  return new DataView(reply.buffer, reply.byteOffset).getUint16(6, true);
}
