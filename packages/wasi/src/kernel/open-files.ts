import { Errno } from "@shadowbox/vfs";
import { lock, unlock } from "./futex.ts";
import { Capacity, FileKind, Header, Limit, OpenFile, Pipe, Slot } from "./layout.ts";
import type { KernelMemory } from "./memory.ts";
import { closePipeEnd, createPipe, destroyPipe, openPipeEnd } from "./pipe.ts";

/** Gives back what an open file held on to in a file system. */
export type ReleaseNode = (dev: number, node: number) => void;

/** What a fresh open file description is made of. */
export interface NewFile {
  kind: number;
  flags: number;
  type: number;
  dev?: number;
  node?: number;
  /** Pipe pointer or device number. */
  detail?: number;
  /** The open file that a FETCH reads from. */
  peer?: number;
}

/** The table of open file descriptions of one sandbox; every process's descriptors point into it. */
export class OpenFiles {
  readonly memory: KernelMemory;
  readonly #first: number;
  readonly #release: ReleaseNode;

  constructor(memory: KernelMemory, release: ReleaseNode) {
    this.memory = memory;
    this.#first = memory.base + Header.WORDS + Capacity.PROCESSES * Slot.WORDS;
    this.#release = release;
  }

  /** Word index of record `file`. */
  at(file: number): number {
    return this.#first + file * OpenFile.WORDS;
  }

  /** A new description with one reference, or -ENFILE. */
  create(file: NewFile): number {
    const { i32, u32, f64, base } = this.memory;
    lock(i32, base + Header.LOCK);
    let index = i32[base + Header.FREE_FILE] - 1;
    if (index >= 0) i32[base + Header.FREE_FILE] = i32[this.at(index) + OpenFile.REFS];
    else {
      index = i32[base + Header.FILE_HIGH];
      if (index >= Capacity.FILES) index = -1;
      else i32[base + Header.FILE_HIGH] = index + 1;
    }
    if (index >= 0) i32[this.at(index) + OpenFile.REFS] = 1;
    unlock(i32, base + Header.LOCK);
    if (index < 0) {
      this.memory.noteLimit(Limit.FILES);
      return -Errno.ENFILE;
    }
    const at = this.at(index);
    i32[at + OpenFile.KIND] = file.kind;
    i32[at + OpenFile.FLAGS] = file.flags;
    i32[at + OpenFile.DEV] = file.dev ?? 0;
    u32[at + OpenFile.NODE] = file.node ?? 0;
    i32[at + OpenFile.LOCK] = 0;
    f64[(at + OpenFile.OFFSET) >> 1] = 0;
    u32[at + OpenFile.DETAIL] = file.detail ?? 0;
    i32[at + OpenFile.TYPE] = file.type;
    u32[at + OpenFile.PEER] = file.peer ?? 0;
    i32[at + OpenFile.RIGHTS] = -1;
    i32[at + OpenFile.INHERITING] = -1;
    return index;
  }

  /** One more descriptor for `file`. */
  retain(file: number): void {
    Atomics.add(this.memory.i32, this.at(file) + OpenFile.REFS, 1);
  }

  /** One descriptor less; the last one closes the file. */
  release(file: number): void {
    const { i32, u32 } = this.memory;
    const at = this.at(file);
    if (Atomics.sub(i32, at + OpenFile.REFS, 1) > 1) return;
    const kind = i32[at + OpenFile.KIND];
    if (isPipe(kind)) this.#closeEnds(at, kind);
    else if (kind === FileKind.FETCH) {
      // In this order: when the host sees the end of what is written, nobody reads its answers any more.
      this.release(u32[at + OpenFile.PEER]);
      this.release(u32[at + OpenFile.DETAIL]);
    } else if (kind === FileKind.FILE || kind === FileKind.DIRECTORY || kind === FileKind.DEVICE)
      this.#release(i32[at + OpenFile.DEV], u32[at + OpenFile.NODE]);
    this.#recycle(file);
  }

  #closeEnds(at: number, kind: number): void {
    const { i32, u32, base } = this.memory;
    const pipe = u32[at + OpenFile.DETAIL];
    const dev = i32[at + OpenFile.DEV];
    lock(i32, base + Header.LOCK);
    let last = false;
    if (kind !== FileKind.PIPE_WRITE) last = closePipeEnd(this.memory, pipe, "read");
    if (kind !== FileKind.PIPE_READ) last = closePipeEnd(this.memory, pipe, "write");
    // No open of a FIFO may find the pipe any more, before the lock is given up.
    i32[at + OpenFile.KIND] = FileKind.FREE;
    unlock(i32, base + Header.LOCK);
    if (dev !== 0) this.#release(dev, u32[at + OpenFile.NODE]);
    if (last) destroyPipe(this.memory, pipe);
  }

  #recycle(file: number): void {
    const { i32, base } = this.memory;
    const at = this.at(file);
    lock(i32, base + Header.LOCK);
    i32[at + OpenFile.KIND] = FileKind.FREE;
    i32[at + OpenFile.REFS] = i32[base + Header.FREE_FILE];
    i32[base + Header.FREE_FILE] = file + 1;
    unlock(i32, base + Header.LOCK);
  }

  /** A pipe with both ends open, or a negated errno. */
  createPipe(
    capture: boolean,
    flags: { read: number; write: number },
    type: number,
    capacity?: number,
  ): PipeFiles | number {
    const pipe = createPipe(this.memory, capture, capacity);
    if (pipe < 0) return pipe;
    const read = this.create({ kind: FileKind.PIPE_READ, flags: flags.read, type, detail: pipe });
    const write = this.create({ kind: FileKind.PIPE_WRITE, flags: flags.write, type, detail: pipe });
    if (read >= 0) openPipeEnd(this.memory, pipe, "read");
    if (write >= 0) openPipeEnd(this.memory, pipe, "write");
    if (read >= 0 && write >= 0) return { read, write };
    if (read >= 0) this.release(read);
    else if (write >= 0) this.release(write);
    else destroyPipe(this.memory, pipe);
    return -Errno.ENFILE;
  }

  /** Opens the FIFO `node` for reading, writing or both, as `file.kind` says; its pipe exists as long as somebody has it open. A new file record, or a negated errno. */
  openFifo(dev: number, node: number, file: NewFile): number {
    const { i32, base } = this.memory;
    const index = this.create(file);
    if (index < 0) return index;
    const at = this.at(index);
    // A record that is being opened is no pipe end yet, or its peer's search would find a pipe at 0.
    i32[at + OpenFile.KIND] = FileKind.FREE;
    const spare = createPipe(this.memory, false);
    lock(i32, base + Header.LOCK);
    const found = this.#findFifo(dev, node);
    const pipe = found === 0 ? spare : found;
    if (pipe > 0) {
      this.memory.u32[at + OpenFile.DETAIL] = pipe;
      i32[at + OpenFile.KIND] = file.kind;
      this.#joinFifo(at, this.memory.word(pipe, Pipe.WORDS), dev, node, file.kind === FileKind.PIPE_READ);
      if (file.kind !== FileKind.PIPE_WRITE) openPipeEnd(this.memory, pipe, "read");
      if (file.kind !== FileKind.PIPE_READ) openPipeEnd(this.memory, pipe, "write");
    }
    unlock(i32, base + Header.LOCK);
    if (found !== 0 && spare > 0) destroyPipe(this.memory, spare);
    if (pipe < 0) this.#recycle(index);
    return pipe < 0 ? pipe : index;
  }

  /** Names the pipe at `word` and notes, under the lock, whether the peer of the end at `at` is there: it may have gone before the next look. */
  #joinFifo(at: number, word: number, dev: number, node: number, reading: boolean): void {
    const { i32, u32 } = this.memory;
    i32[word + Pipe.FIFO_DEV] = dev;
    u32[word + Pipe.FIFO_NODE] = node;
    const present = i32[word + (reading ? Pipe.WRITERS : Pipe.READERS)] > 0;
    const opens = i32[word + (reading ? Pipe.WRITER_OPENS : Pipe.READER_OPENS)];
    i32[at + OpenFile.PEER] = present ? opens - 1 : opens;
  }

  /** The pipe of a FIFO that somebody has open, 0 if nobody has. Call with the table locked. */
  #findFifo(dev: number, node: number): number {
    const { i32, u32, base } = this.memory;
    const high = i32[base + Header.FILE_HIGH];
    for (let file = 0; file < high; file++) {
      const at = this.at(file);
      const kind = i32[at + OpenFile.KIND];
      if (!isPipe(kind)) continue;
      if (i32[at + OpenFile.DEV] === dev && u32[at + OpenFile.NODE] === node)
        return u32[at + OpenFile.DETAIL];
    }
    return 0;
  }
}

/** Whether a kind of open file is an end of a pipe, or both. */
export function isPipe(kind: number): boolean {
  return kind === FileKind.PIPE_READ || kind === FileKind.PIPE_WRITE || kind === FileKind.PIPE_BOTH;
}

/** File records of the two ends of a pipe. */
export interface PipeFiles {
  read: number;
  write: number;
}
