import { concat, FileType } from "@shadowbox/vfs";
import { WasiError } from "../errors.ts";
import type { Kernel } from "../kernel/kernel.ts";
import { Header, OpenFile, OpenFlags, Recording, Slot } from "../kernel/layout.ts";
import { readPipe } from "../kernel/pipe.ts";
import { PIECE_HEADER, Recorder } from "../kernel/recorder.ts";

/** Bytes of the seed, with which a tape begins. */
const SEED = 32;
/** Most bytes of a tape; what comes later is left out, and told differently when it is repeated. */
const MOST = 256 * 1024;
const CHUNK = 65536;

/**
 * Records what a call's processes are told of time and chance, or tells them what an earlier call recorded. A tape is a seed
 * and pieces (`Recorder`). Jobs that go on after their call are not recorded any more.
 */
export class Recordings {
  readonly #kernel: Kernel;
  /** Word index of the block in shared memory, 0 before the first call; it stays, jobs in the background may look at it. */
  #block = 0;
  #pipe = 0;
  #calls = 0;
  /** A call is under way. */
  active = false;
  #tape = { pointer: 0, length: 0 };

  constructor(kernel: Kernel) {
    this.#kernel = kernel;
  }

  /**
   * Until {@link Recordings.end}, what starts in the sandbox is recorded, or told what is on `tape`. Throws WasiError `limit` when
   * the sandbox has no room, `kernel` when the tape is none.
   */
  begin(tape?: Uint8Array): void {
    if (tape !== undefined && tape.length < SEED)
      throw new WasiError(
        "kernel",
        `repeat a call: expected a tape of ${SEED} bytes or more, got ${tape.length}`,
      );
    if (this.#block === 0) this.#create();
    const { memory, host } = this.#kernel;
    const seed = tape?.subarray(0, SEED) ?? crypto.getRandomValues(new Uint8Array(SEED));
    const { i32, u32, u8 } = memory;
    u8.set(seed, (this.#block + Recording.SEED) * 4);
    u8.set(seed.subarray(0, 8), (host.slot + Slot.LINEAGE) * 4);
    i32[host.slot + Slot.STARTED_CHILDREN] = 0;
    if (tape !== undefined) this.#tape = { pointer: this.#store(tape), length: tape.length - SEED };
    u32[this.#block + Recording.PIPE] = tape === undefined ? this.#pipe : 0;
    u32[this.#block + Recording.TAPE] = this.#tape.pointer + SEED;
    u32[this.#block + Recording.TAPE_LENGTH] = this.#tape.length;
    u32[memory.base + Header.RECORDING] = this.#block * 4;
    i32[this.#block + Recording.CALL] = ++this.#calls;
    this.active = true;
    this.#kernel.recorder = Recorder.of(this.#kernel, host.slot);
  }

  /** What was recorded since {@link Recordings.begin}; of a repeated call, the seed alone. */
  end(): Uint8Array {
    const { memory, recorder } = this.#kernel;
    recorder?.flush();
    this.#kernel.recorder = undefined;
    memory.i32[this.#block + Recording.CALL] = 0;
    memory.u32[this.#block + Recording.TAPE_LENGTH] = 0;
    if (this.#tape.pointer !== 0) memory.free(this.#tape.pointer, this.#tape.length + SEED);
    this.#tape = { pointer: 0, length: 0 };
    this.active = false;
    const seed = memory.load((this.#block + Recording.SEED) * 4, SEED);
    return concat([seed, ...piecesOfCall(this.#drain(), this.#calls)]);
  }

  #create(): void {
    const { files, memory } = this.#kernel;
    const flags = { read: OpenFlags.READ, write: OpenFlags.WRITE };
    const pipe = files.createPipe(true, flags, FileType.FIFO);
    const block = memory.allocate(Recording.WORDS * 4);
    if (typeof pipe === "number" || block < 0)
      throw new WasiError("limit", "record a call: the sandbox's memory is full");
    this.#pipe = memory.u32[files.at(pipe.read) + OpenFile.DETAIL];
    this.#block = block >>> 2;
    memory.i32.fill(0, this.#block, this.#block + Recording.WORDS);
  }

  #store(bytes: Uint8Array): number {
    const pointer = this.#kernel.memory.store(bytes);
    if (pointer < 0) throw new WasiError("limit", "repeat a call: the sandbox's memory is full");
    return pointer;
  }

  #drain(): Uint8Array {
    const parts: Uint8Array[] = [];
    const buffer = new Uint8Array(CHUNK);
    for (;;) {
      const count = readPipe(this.#kernel.memory, this.#pipe, buffer, undefined);
      if (count <= 0) return concat(parts);
      parts.push(buffer.slice(0, count));
    }
  }
}

/** The pieces that call number `call` wrote, its number taken out, as many as a tape may have. */
function piecesOfCall(bytes: Uint8Array, call: number): Uint8Array[] {
  const view = new DataView(bytes.buffer);
  const pieces: Uint8Array[] = [];
  let room = MOST;
  for (let at = 0; at + PIECE_HEADER <= bytes.length; ) {
    const end = at + PIECE_HEADER + view.getUint32(at + 12, true);
    const tag = view.getUint32(at + 8, true);
    if (tag >>> 2 === call && end - at <= room) {
      view.setUint32(at + 8, tag & 3, true);
      pieces.push(bytes.subarray(at, end));
      room -= end - at;
    }
    at = end;
  }
  return pieces;
}
