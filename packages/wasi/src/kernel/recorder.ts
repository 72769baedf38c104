import { chacha20 } from "@noble/ciphers/chacha.js";
import { type Clock, systemTime } from "@shadowbox/vfs";
import type { Kernel } from "./kernel.ts";
import { Header, Recording, Slot } from "./layout.ts";
import { writePipe } from "./pipe.ts";
import { type Lane, RepeatedLane, WrittenLane } from "./recorder-lanes.ts";

/** Bytes before each piece of a tape: two words of lineage, the lane, the length; all little endian. */
export const PIECE_HEADER = 16;

/** What is told apart on a tape: time that programs ask for, times of files, processor time. */
const LaneId = { READ: 0, STAMP: 1, SPENT: 2 } as const;

/** Random bytes made at once. */
const RANDOM_BYTES = 1024;

/**
 * What one process is told of time and chance, such that it can be told the same again: clocks go onto a tape, or come from one,
 * and random bytes follow from a seed. A process is known by its descent (first child of the third child of the call …),
 * which does not depend on who was faster.
 */
export class Recorder implements Clock {
  readonly #lanes: readonly [Lane, Lane, Lane];
  readonly #seed: Uint8Array;
  readonly #nonce: Uint8Array;
  #random = new Uint8Array(0);
  #randomBlocks = 0;

  private constructor(lanes: readonly [Lane, Lane, Lane], seed: Uint8Array, nonce: Uint8Array) {
    this.#lanes = lanes;
    this.#seed = seed;
    this.#nonce = nonce;
  }

  /** The recorder of the process in `slot`; undefined outside of a recorded call. */
  static of(kernel: Kernel, slot: number): Recorder | undefined {
    const { memory } = kernel;
    const block = memory.u32[memory.base + Header.RECORDING] >>> 2;
    const call = block === 0 ? 0 : memory.i32[block + Recording.CALL];
    if (call === 0) return undefined;
    const seed = memory.load((block + Recording.SEED) * 4, 32);
    const name = memory.load((slot + Slot.LINEAGE) * 4, 8);
    const nonce = new Uint8Array(12);
    nonce.set(name);
    const pipe = memory.u32[block + Recording.PIPE];
    const lane = (id: number) => {
      if (pipe === 0) return new RepeatedLane(piecesOf(kernel, block, name, id));
      return new WrittenLane((bytes) => writePipe(memory, pipe, piece(call, name, id, bytes), undefined));
    };
    return new Recorder([lane(LaneId.READ), lane(LaneId.STAMP), lane(LaneId.SPENT)], seed, nonce);
  }

  read(): number {
    return this.#lanes[LaneId.READ].next(systemTime());
  }

  stamp(): number {
    return this.#lanes[LaneId.STAMP].next(systemTime());
  }

  /** Milliseconds that were spent, which differ from run to run. */
  spent(ms: number): number {
    return this.#lanes[LaneId.SPENT].next(Math.round(ms * 1000)) / 1000;
  }

  fillRandom(into: Uint8Array): void {
    for (let at = 0; at < into.length; ) {
      if (this.#random.length === 0) this.#moreRandom();
      const part = this.#random.subarray(0, into.length - at);
      into.set(part, at);
      this.#random = this.#random.subarray(part.length);
      at += part.length;
    }
  }

  #moreRandom(): void {
    this.#random = chacha20(
      this.#seed,
      this.#nonce,
      new Uint8Array(RANDOM_BYTES),
      undefined,
      this.#randomBlocks,
    );
    this.#randomBlocks += RANDOM_BYTES / 64;
  }

  /** Hands over what was not handed over yet; when the process ends. */
  flush(): void {
    for (const lane of this.#lanes) lane.flush();
  }
}

function piece(call: number, name: Uint8Array, lane: number, bytes: Uint8Array): Uint8Array {
  const out = new Uint8Array(PIECE_HEADER + bytes.length);
  out.set(name);
  const view = new DataView(out.buffer);
  // The call's number keeps the pieces of an earlier call's jobs apart; who collects them takes it out.
  view.setUint32(8, (call << 2) | lane, true);
  view.setUint32(12, bytes.length, true);
  out.set(bytes, PIECE_HEADER);
  return out;
}

/** What a tape has of one process in one lane. */
function piecesOf(kernel: Kernel, block: number, name: Uint8Array, lane: number): Uint8Array[] {
  const { memory } = kernel;
  const found: Uint8Array[] = [];
  const start = memory.u32[block + Recording.TAPE];
  const end = start + memory.u32[block + Recording.TAPE_LENGTH];
  memory.reach(end);
  const [low, high] = new Uint32Array(name.slice().buffer);
  const view = new DataView(memory.u8.buffer);
  for (let at = start; at + PIECE_HEADER <= end; ) {
    const length = view.getUint32(at + 12, true);
    const from = at + PIECE_HEADER;
    const mine = view.getUint32(at, true) === low && view.getUint32(at + 4, true) === high;
    if (mine && view.getUint32(at + 8, true) === lane && from + length <= end)
      found.push(memory.load(from, length));
    at = from + length;
  }
  return found;
}

/** Gives a new process its lineage; `parent` 0 is the host. Only for who starts it: a parent's count is its own. */
export function descend(kernel: Kernel, parent: number, child: number): void {
  const { i32, base } = kernel.memory;
  if (i32[base + Header.RECORDING] === 0) return;
  const from = parent === 0 ? i32[base + Header.HOST_SLOT] : parent;
  const nth = ++i32[from + Slot.STARTED_CHILDREN];
  i32[child + Slot.LINEAGE] = mix(i32[from + Slot.LINEAGE] + nth, 0x85ebca6b);
  i32[child + Slot.LINEAGE + 1] = mix(i32[from + Slot.LINEAGE + 1] ^ nth, 0xc2b2ae35);
}

/** Spreads a number over 32 bits (the last steps of MurmurHash3). */
function mix(value: number, factor: number): number {
  let hash = Math.imul(value ^ (value >>> 16), factor);
  hash = Math.imul(hash ^ (hash >>> 13), 0x27d4eb2f);
  return hash ^ (hash >>> 16);
}
