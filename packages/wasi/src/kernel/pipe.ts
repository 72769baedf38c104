import { Errno } from "@shadowbox/vfs";
import { lock, signalEvent, unlock } from "./futex.ts";
import { Capacity, Header, Pipe } from "./layout.ts";
import type { KernelMemory } from "./memory.ts";

/** POSIX PIPE_BUF: a write up to this size is never mixed with another's. */
const ATOMIC_WRITE = 4096;

/** How a caller sleeps: until the event count `sequence` leaves `seen`. 0, or -EINTR when a signal came first. */
export interface Sleeper {
  sleep(sequence: number, waiters: number, seen: number): number;
}

/** Makes a pipe with no ends open; answers its address, or -ENOMEM. */
export function createPipe(memory: KernelMemory, capture: boolean, room: number = Capacity.PIPE): number {
  const header = Pipe.WORDS * 4;
  const capacity = capture ? 4096 : room;
  const pointer = memory.allocate(header + (capture ? 0 : capacity));
  if (pointer < 0) return pointer;
  const at = pointer >>> 2;
  memory.i32.fill(0, at, at + Pipe.WORDS);
  memory.i32[at + Pipe.CAPTURE] = capture ? 1 : 0;
  memory.i32[at + Pipe.CAPACITY] = capacity;
  memory.i32[at + Pipe.INLINE] = capture ? 0 : capacity;
  const data = capture ? memory.allocate(capacity) : pointer + header;
  if (data < 0) {
    memory.free(pointer, header);
    return data;
  }
  memory.u32[at + Pipe.DATA] = data;
  return pointer;
}

/** Gives the memory of a pipe back; both ends must be closed. */
export function destroyPipe(memory: KernelMemory, pointer: number): void {
  const at = memory.word(pointer, Pipe.WORDS);
  const inline = memory.u32[at + Pipe.INLINE];
  const data = memory.u32[at + Pipe.DATA];
  if (data !== pointer + Pipe.WORDS * 4) memory.free(data, memory.u32[at + Pipe.CAPACITY]);
  memory.free(pointer, Pipe.WORDS * 4 + inline);
}

/** Bytes that wait in the pipe. */
export function pipeLength(memory: KernelMemory, pointer: number): number {
  const at = memory.word(pointer, Pipe.WORDS);
  return (Atomics.load(memory.i32, at + Pipe.HEAD) - Atomics.load(memory.i32, at + Pipe.TAIL)) >>> 0;
}

/** Whether a read would not block: bytes wait, or no writer is left. */
export function pipeReadable(memory: KernelMemory, pointer: number): boolean {
  const at = memory.word(pointer, Pipe.WORDS);
  return pipeLength(memory, pointer) > 0 || Atomics.load(memory.i32, at + Pipe.WRITERS) === 0;
}

/** Whether a write would not block: room for an atomic write, or no reader is left. */
export function pipeWritable(memory: KernelMemory, pointer: number): boolean {
  const at = memory.word(pointer, Pipe.WORDS);
  const { i32 } = memory;
  if (i32[at + Pipe.CAPTURE] === 1 || Atomics.load(i32, at + Pipe.READERS) === 0) return true;
  return i32[at + Pipe.CAPACITY] - pipeLength(memory, pointer) >= ATOMIC_WRITE;
}

/** Opens one more end for an open file description. */
export function openPipeEnd(memory: KernelMemory, pointer: number, end: "read" | "write"): void {
  const at = memory.word(pointer, Pipe.WORDS);
  const { i32 } = memory;
  Atomics.add(i32, at + Pipe.ENDS, 1);
  Atomics.add(i32, at + (end === "read" ? Pipe.READERS : Pipe.WRITERS), 1);
  Atomics.add(i32, at + (end === "read" ? Pipe.READER_OPENS : Pipe.WRITER_OPENS), 1);
  wakeReaders(memory, at);
  wakeWriters(memory, at);
}

/** Closes an end; true when none is left on either side, so that the pipe can be destroyed. */
export function closePipeEnd(memory: KernelMemory, pointer: number, end: "read" | "write"): boolean {
  const at = memory.word(pointer, Pipe.WORDS);
  const { i32 } = memory;
  const mine = at + (end === "read" ? Pipe.READERS : Pipe.WRITERS);
  if (Atomics.sub(i32, mine, 1) === 1) {
    if (end === "read") wakeWriters(memory, at);
    else wakeReaders(memory, at);
  }
  return Atomics.sub(i32, at + Pipe.ENDS, 1) === 1;
}

function wakeReaders(memory: KernelMemory, at: number): void {
  signalEvent(memory.i32, at + Pipe.DATA_SEQ, at + Pipe.DATA_WAITERS);
  wakePollers(memory);
}

function wakeWriters(memory: KernelMemory, at: number): void {
  signalEvent(memory.i32, at + Pipe.ROOM_SEQ, at + Pipe.ROOM_WAITERS);
  wakePollers(memory);
}

function wakePollers(memory: KernelMemory): void {
  const { i32, base } = memory;
  if (Atomics.load(i32, base + Header.POLL_WAITERS) > 0)
    signalEvent(i32, base + Header.POLL_SEQ, base + Header.POLL_WAITERS);
}

/**
 * Reads what is there, at most `into.length` bytes, and nothing after the first `delimiter` (a byte; -1: none); 0 at the end of
 * input. Without bytes it sleeps, or answers -EAGAIN if there is no `sleeper`.
 */
export function readPipe(
  memory: KernelMemory,
  pointer: number,
  into: Uint8Array,
  sleeper: Sleeper | undefined,
  delimiter = -1,
): number {
  const at = memory.word(pointer, Pipe.WORDS);
  const { i32 } = memory;
  if (into.length === 0) return 0;
  for (;;) {
    const seen = Atomics.load(i32, at + Pipe.DATA_SEQ);
    // Asked before looking for bytes: a writer may add some and leave between the two.
    const writers = Atomics.load(i32, at + Pipe.WRITERS);
    const take = i32[at + Pipe.CAPTURE] === 1 ? takeGrown : takeRing;
    const count = take(memory, at, into, delimiter);
    if (count > 0) return count;
    if (writers === 0) return 0;
    if (sleeper === undefined) return -Errno.EAGAIN;
    const result = sleeper.sleep(at + Pipe.DATA_SEQ, at + Pipe.DATA_WAITERS, seen);
    if (result < 0) return result;
  }
}

/** How many of the first `count` bytes come up to and with the first `delimiter`; all where there is none. */
export function countUntil(bytes: Uint8Array, count: number, delimiter: number): number {
  if (delimiter < 0 || count <= 0) return count;
  const found = bytes.subarray(0, count).indexOf(delimiter);
  return found < 0 ? count : found + 1;
}

function takeRing(memory: KernelMemory, at: number, into: Uint8Array, delimiter: number): number {
  const { i32 } = memory;
  lock(i32, at + Pipe.READ_LOCK);
  const tail = i32[at + Pipe.TAIL];
  const available = (Atomics.load(i32, at + Pipe.HEAD) - tail) >>> 0;
  let count = Math.min(available, into.length);
  if (count > 0) {
    const data = memory.u32[at + Pipe.DATA];
    const capacity = i32[at + Pipe.CAPACITY];
    const from = (tail >>> 0) % capacity;
    const first = Math.min(count, capacity - from);
    memory.reach(data + capacity);
    const { u8 } = memory;
    into.set(u8.subarray(data + from, data + from + first));
    if (count > first) into.set(u8.subarray(data, data + count - first), first);
    count = countUntil(into, count, delimiter);
    Atomics.store(i32, at + Pipe.TAIL, (tail + count) | 0);
    // A writer is not woken for a byte or two of room.
    if (capacity - available + count >= ATOMIC_WRITE) wakeWriters(memory, at);
  }
  unlock(i32, at + Pipe.READ_LOCK);
  return count;
}

function takeGrown(memory: KernelMemory, at: number, into: Uint8Array, delimiter: number): number {
  const { i32 } = memory;
  lock(i32, at + Pipe.WRITE_LOCK);
  const tail = i32[at + Pipe.TAIL];
  const head = i32[at + Pipe.HEAD];
  let count = Math.min(head - tail, into.length);
  if (count > 0) {
    const data = memory.u32[at + Pipe.DATA];
    memory.reach(data + head);
    into.set(memory.u8.subarray(data + tail, data + tail + count));
    count = countUntil(into, count, delimiter);
    const empty = tail + count === head;
    Atomics.store(i32, at + Pipe.TAIL, empty ? 0 : tail + count);
    if (empty) Atomics.store(i32, at + Pipe.HEAD, 0);
  }
  unlock(i32, at + Pipe.WRITE_LOCK);
  return count;
}

/**
 * Puts back what was read and not used: the next reader gets it first. The pipe grows if writers have filled it since.
 * 0 or -ENOMEM.
 */
export function unreadPipe(memory: KernelMemory, pointer: number, bytes: Uint8Array): number {
  const at = memory.word(pointer, Pipe.WORDS);
  const { i32 } = memory;
  lock(i32, at + Pipe.READ_LOCK);
  lock(i32, at + Pipe.WRITE_LOCK);
  const length = (i32[at + Pipe.HEAD] - i32[at + Pipe.TAIL]) >>> 0;
  const capture = i32[at + Pipe.CAPTURE] === 1;
  let status = 0;
  if (capture) status = unreadGrown(memory, at, bytes);
  else if (i32[at + Pipe.CAPACITY] - length < bytes.length) status = growRing(memory, at, bytes.length);
  if (status === 0 && !capture) {
    const tail = (i32[at + Pipe.TAIL] - bytes.length) | 0;
    const capacity = i32[at + Pipe.CAPACITY];
    const to = (tail >>> 0) % capacity;
    const first = Math.min(bytes.length, capacity - to);
    const data = memory.u32[at + Pipe.DATA];
    memory.u8.set(bytes.subarray(0, first), data + to);
    memory.u8.set(bytes.subarray(first), data);
    Atomics.store(i32, at + Pipe.TAIL, tail);
  }
  unlock(i32, at + Pipe.WRITE_LOCK);
  unlock(i32, at + Pipe.READ_LOCK);
  wakeReaders(memory, at);
  return status;
}

/** As {@link unreadPipe} for a pipe that grows, whose bytes lie in one piece. */
function unreadGrown(memory: KernelMemory, at: number, bytes: Uint8Array): number {
  const { i32 } = memory;
  const tail = i32[at + Pipe.TAIL];
  const head = i32[at + Pipe.HEAD];
  const shift = Math.max(0, bytes.length - tail);
  const status = growCapture(memory, at, head, shift);
  if (status !== 0) return status;
  const data = memory.u32[at + Pipe.DATA];
  memory.reach(data + head + shift);
  if (shift > 0) memory.u8.copyWithin(data + tail + shift, data + tail, data + head);
  memory.u8.set(bytes, data + tail + shift - bytes.length);
  Atomics.store(i32, at + Pipe.TAIL, tail + shift - bytes.length);
  Atomics.store(i32, at + Pipe.HEAD, head + shift);
  return 0;
}

/** Gives a pipe room for `more` bytes in front of its own. Call with both locks held. */
function growRing(memory: KernelMemory, at: number, more: number): number {
  const { i32, u32 } = memory;
  const old = i32[at + Pipe.CAPACITY];
  const length = (i32[at + Pipe.HEAD] - i32[at + Pipe.TAIL]) >>> 0;
  // Powers of two, so that the counters may wrap around.
  const capacity = 2 ** Math.ceil(Math.log2(Math.max(old * 2, length + more)));
  const data = memory.allocate(capacity);
  if (data < 0) return data;
  const before = u32[at + Pipe.DATA];
  const from = (i32[at + Pipe.TAIL] >>> 0) % old;
  const first = Math.min(length, old - from);
  memory.reach(data + capacity);
  memory.u8.copyWithin(data + more, before + from, before + from + first);
  memory.u8.copyWithin(data + more + first, before, before + length - first);
  if (before !== at * 4 + Pipe.WORDS * 4) memory.free(before, old);
  u32[at + Pipe.DATA] = data;
  i32[at + Pipe.CAPACITY] = capacity;
  Atomics.store(i32, at + Pipe.TAIL, more);
  Atomics.store(i32, at + Pipe.HEAD, more + length);
  return 0;
}

/**
 * Writes all of `bytes`, sleeping while there is no room; without a `sleeper` as much as fits, or -EAGAIN. -EPIPE when
 * no reader is left; after a part was written, errors show at the next call.
 */
export function writePipe(
  memory: KernelMemory,
  pointer: number,
  bytes: Uint8Array,
  sleeper: Sleeper | undefined,
): number {
  const at = memory.word(pointer, Pipe.WORDS);
  const { i32 } = memory;
  const capture = i32[at + Pipe.CAPTURE] === 1;
  let done = 0;
  while (done < bytes.length) {
    const seen = Atomics.load(i32, at + Pipe.ROOM_SEQ);
    if (Atomics.load(i32, at + Pipe.READERS) === 0) return done > 0 ? done : -Errno.EPIPE;
    const rest = done === 0 ? bytes : bytes.subarray(done);
    const count = capture ? putGrown(memory, at, rest) : putRing(memory, at, rest, done);
    if (count < 0) return done > 0 ? done : count;
    done += count;
    if (count > 0) wakeReaders(memory, at);
    if (done === bytes.length) break;
    if (sleeper === undefined) return done > 0 ? done : -Errno.EAGAIN;
    if (sleeper.sleep(at + Pipe.ROOM_SEQ, at + Pipe.ROOM_WAITERS, seen) < 0) {
      return done > 0 ? done : -Errno.EINTR;
    }
  }
  return done;
}

function putRing(memory: KernelMemory, at: number, bytes: Uint8Array, done: number): number {
  const { i32 } = memory;
  lock(i32, at + Pipe.WRITE_LOCK);
  const head = i32[at + Pipe.HEAD];
  const capacity = i32[at + Pipe.CAPACITY];
  const room = capacity - ((head - Atomics.load(i32, at + Pipe.TAIL)) >>> 0);
  const whole = done === 0 && bytes.length <= ATOMIC_WRITE;
  const count = whole && room < bytes.length ? 0 : Math.min(room, bytes.length);
  if (count > 0) {
    const data = memory.u32[at + Pipe.DATA];
    const to = (head >>> 0) % capacity;
    const first = Math.min(count, capacity - to);
    memory.reach(data + capacity);
    const { u8 } = memory;
    u8.set(count === bytes.length && first === count ? bytes : bytes.subarray(0, first), data + to);
    if (count > first) u8.set(bytes.subarray(first, count), data);
    Atomics.store(i32, at + Pipe.HEAD, (head + count) | 0);
  }
  unlock(i32, at + Pipe.WRITE_LOCK);
  return count;
}

function putGrown(memory: KernelMemory, at: number, bytes: Uint8Array): number {
  const { i32 } = memory;
  lock(i32, at + Pipe.WRITE_LOCK);
  const head = i32[at + Pipe.HEAD];
  const result = growCapture(memory, at, head, bytes.length);
  if (result === 0) {
    const data = memory.u32[at + Pipe.DATA];
    memory.reach(data + head + bytes.length);
    memory.u8.set(bytes, data + head);
    Atomics.store(i32, at + Pipe.HEAD, head + bytes.length);
  }
  unlock(i32, at + Pipe.WRITE_LOCK);
  return result === 0 ? bytes.length : result;
}

/** Makes room for `more` bytes behind `head`: doubles, so that a long output is copied a bounded number of times. */
function growCapture(memory: KernelMemory, at: number, head: number, more: number): number {
  const { i32 } = memory;
  const old = i32[at + Pipe.CAPACITY];
  if (head + more <= old) return 0;
  if (head + more > Capacity.CAPTURE) return -Errno.ENOSPC;
  const capacity = Math.min(Math.max(old * 2, head + more), Capacity.CAPTURE);
  const data = memory.allocate(capacity);
  if (data < 0) return data;
  const from = memory.u32[at + Pipe.DATA];
  memory.reach(from + head);
  memory.u8.copyWithin(data, from, from + head);
  memory.free(from, old);
  memory.u32[at + Pipe.DATA] = data;
  i32[at + Pipe.CAPACITY] = capacity;
  return 0;
}
