import { decodeText, Errno, FileType } from "@shadowbox/vfs";
import { WasiError } from "../errors.ts";
import { FETCH_NOTE } from "../kernel/fetch-device.ts";
import type { Kernel } from "../kernel/kernel.ts";
import { Header, OpenFile, OpenFlags, Pipe } from "../kernel/layout.ts";
import type { PipeFiles } from "../kernel/open-files.ts";
import { readPipe, writePipe } from "../kernel/pipe.ts";

/** Bytes that the host takes out of a pipe at once. */
const CHUNK = 65536;

/** A pipe between the host and processes: open files, each of which the host holds one reference to. */
export interface HostPipe extends PipeFiles {}

/** Makes a pipe. `tty`: processes take it for the user's terminal. Throws WasiError `limit`. */
export function openHostPipe(kernel: Kernel, options: { tty?: boolean } = {}): HostPipe {
  const tty = options.tty ? OpenFlags.TTY : 0;
  const pipe = kernel.files.createPipe(
    false,
    { read: OpenFlags.READ | tty, write: OpenFlags.WRITE | tty },
    FileType.FIFO,
  );
  if (typeof pipe === "number")
    throw new WasiError("limit", `open pipe: the sandbox has no room (errno ${-pipe})`);
  return pipe;
}

/** Waits without blocking until an event count leaves `seen`. */
export async function eventChange(
  i32: Int32Array,
  sequence: number,
  waiters: number,
  seen: number,
): Promise<void> {
  if (waiters !== 0) Atomics.add(i32, waiters, 1);
  const change = Atomics.waitAsync(i32, sequence, seen);
  if (change.async) await change.value;
  if (waiters !== 0) Atomics.sub(i32, waiters, 1);
}

/**
 * What processes write to a pipe whose reading end the host holds, until all writers are gone. Takes no more than the
 * caller asks for, so that a slow reader slows the writers. Ending the loop early closes the pipe (writers get EPIPE).
 */
export async function* readHostPipe(kernel: Kernel, file: number): AsyncGenerator<Uint8Array, void, void> {
  const { memory } = kernel;
  const pipe = memory.u32[kernel.files.at(file) + OpenFile.DETAIL];
  const at = memory.word(pipe, Pipe.WORDS);
  const buffer = new Uint8Array(CHUNK);
  try {
    for (;;) {
      const seen = Atomics.load(memory.i32, at + Pipe.DATA_SEQ);
      const count = readPipe(memory, pipe, buffer, undefined);
      if (count > 0) yield buffer.slice(0, count);
      else if (count === 0) return;
      else await eventChange(memory.i32, at + Pipe.DATA_SEQ, at + Pipe.DATA_WAITERS, seen);
    }
  } finally {
    kernel.files.release(file);
  }
}

/** A process's conversation over the fetch device: what it writes, and where answers go. */
export interface FetchDoor {
  readonly pid: number;
  /** Name of the program, as it was started. */
  readonly command: string;
  /** Ends when the process closed the device, or ended. */
  readonly requests: AsyncGenerator<Uint8Array, void, void>;
  /** Writing answers false when the process is gone. */
  readonly answers: HostPipeWriter;
}

/** Opens the fetch device to processes; `serve` is called for each open of it. What comes back shuts it again. */
export function serveFetchDevice(kernel: Kernel, serve: (door: FetchDoor) => void): () => void {
  const { memory, files } = kernel;
  const notes = openHostPipe(kernel);
  memory.u32[memory.base + Header.FETCH_PIPE] = memory.u32[files.at(notes.write) + OpenFile.DETAIL];
  const listen = async () => {
    for await (const bytes of readHostPipe(kernel, notes.read)) {
      // A note is written as a whole, and fewer bytes than a pipe holds are read as a whole.
      for (let at = 0; at + FETCH_NOTE <= bytes.length; at += FETCH_NOTE) {
        const [read, write, pid] = new Uint32Array(bytes.slice(at, at + FETCH_NOTE).buffer);
        const requests = readHostPipe(kernel, read);
        serve({ pid, command: commandOf(kernel, pid), requests, answers: new HostPipeWriter(kernel, write) });
      }
    }
  };
  void listen();
  return () => {
    memory.u32[memory.base + Header.FETCH_PIPE] = 0;
    files.release(notes.write);
  };
}

function commandOf(kernel: Kernel, pid: number): string {
  const slot = kernel.processes.find(pid);
  const name = slot === 0 ? undefined : kernel.argumentsOf(slot).argv[0];
  return name === undefined ? "" : decodeText(name).replace(/^.*\//, "");
}

/** The writing end of a pipe that the host holds. */
export class HostPipeWriter {
  readonly #kernel: Kernel;
  readonly #file: number;
  #closed = false;

  constructor(kernel: Kernel, file: number) {
    this.#kernel = kernel;
    this.#file = file;
  }

  /** Resolves when all was taken up by the pipe: true, or false when nobody reads any more. */
  async write(bytes: Uint8Array): Promise<boolean> {
    const { memory } = this.#kernel;
    const pipe = memory.u32[this.#kernel.files.at(this.#file) + OpenFile.DETAIL];
    const at = memory.word(pipe, Pipe.WORDS);
    let done = 0;
    while (done < bytes.length && !this.#closed) {
      const seen = Atomics.load(memory.i32, at + Pipe.ROOM_SEQ);
      const count = writePipe(memory, pipe, bytes.subarray(done), undefined);
      if (count > 0) done += count;
      else if (count === -Errno.EAGAIN)
        await eventChange(memory.i32, at + Pipe.ROOM_SEQ, at + Pipe.ROOM_WAITERS, seen);
      else return false;
    }
    return done === bytes.length;
  }

  /** Readers get the end of input. */
  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#kernel.files.release(this.#file);
  }
}
