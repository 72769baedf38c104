import { Errno } from "@shadowbox/vfs";
import { UNLISTED } from "./capabilities.ts";
import { lock, unlock } from "./futex.ts";
import { Capacity, Header, Limit, ProcessState, type ProgramKind, Run, Slot } from "./layout.ts";
import type { KernelMemory } from "./memory.ts";
import { bit, fatalSignals, firstSignal, Signal, STATUS_SIGNALLED } from "./signals.ts";

/** Pid that orphans get as parent; nobody waits for them. It stands for the host, which acts on files as this process. */
export const INIT = 1;

/** What a new process starts with; descriptors and directory are set by the caller before it is made to run. */
export interface NewProcess {
  /** 0: the host. */
  ppid: number;
  /** 0: a new group (and, for the host's children, a new session). */
  pgid: number;
  session: number;
  umask: number;
  ignored: number;
  kind: ProgramKind;
  module: number;
  memoryPages: number;
}

/** How a child ended. */
export interface Ended {
  pid: number;
  /** Exit status 0–255, or 256 + signal number. */
  status: number;
  /** Bit mask (1 << signal): the signals that were sent to it while it caught or ignored them. */
  met: number;
}

/** What ending a process gives back. */
export interface Releaser {
  closeAll(slot: number): void;
  releaseDirectory(slot: number): void;
}

/** The process table. A process is named by its slot: the word index of its record. */
export class Processes {
  readonly memory: KernelMemory;
  readonly #first: number;

  constructor(memory: KernelMemory) {
    this.memory = memory;
    this.#first = memory.base + Header.WORDS;
  }

  /** Word index of slot number `index`. */
  slotAt(index: number): number {
    return this.#first + index * Slot.WORDS;
  }

  /** Slots that were ever used, in the order of the table. */
  *used(): Generator<number> {
    const { i32, base } = this.memory;
    const high = Atomics.load(i32, base + Header.PROCESS_HIGH);
    for (let index = 0; index < high; index++) {
      const slot = this.slotAt(index);
      if (Atomics.load(i32, slot + Slot.STATE) !== ProcessState.FREE) yield slot;
    }
  }

  /** The slot of a process that is no zombie and not free, or 0. */
  find(pid: number): number {
    const { i32, base } = this.memory;
    const high = Atomics.load(i32, base + Header.PROCESS_HIGH);
    for (let index = 0; index < high; index++) {
      const slot = this.slotAt(index);
      if (i32[slot + Slot.PID] !== pid) continue;
      const state = Atomics.load(i32, slot + Slot.STATE);
      if (state === ProcessState.STARTING || state === ProcessState.RUNNING) return slot;
      if (state === ProcessState.RESERVED || state === ProcessState.EXITING) return slot;
    }
    return 0;
  }

  /** A reserved slot with everything but descriptors, directory and arguments; -EAGAIN when there are too many. */
  create(request: NewProcess): number {
    const { i32, base } = this.memory;
    lock(i32, base + Header.LOCK);
    const slot = this.#reserve();
    if (slot > 0) {
      i32.fill(0, slot, slot + Slot.WORDS);
      i32[slot + Slot.STATE] = ProcessState.RESERVED;
      i32[slot + Slot.PID] = i32[base + Header.NEXT_PID]++;
      this.#fill(slot, request);
    }
    unlock(i32, base + Header.LOCK);
    return slot;
  }

  #fill(slot: number, request: NewProcess): void {
    const { i32, f64 } = this.memory;
    const pid = i32[slot + Slot.PID];
    i32[slot + Slot.PPID] = request.ppid;
    i32[slot + Slot.PGID] = request.pgid === 0 ? pid : request.pgid;
    i32[slot + Slot.SESSION] = request.session === 0 ? pid : request.session;
    i32[slot + Slot.UMASK] = request.umask;
    i32[slot + Slot.IGNORED] = request.ignored;
    i32[slot + Slot.KIND] = request.kind;
    i32[slot + Slot.MODULE] = request.module;
    i32[slot + Slot.CAPABILITIES] = UNLISTED;
    i32[slot + Slot.MEMORY_LIMIT] = request.memoryPages;
    f64[(slot + Slot.STARTED) >> 1] = Date.now();
  }

  #reserve(): number {
    const { i32, base } = this.memory;
    if (i32[base + Header.PROCESS_COUNT] >= i32[base + Header.PROCESS_LIMIT]) {
      this.memory.noteLimit(Limit.PROCESSES);
      return -Errno.EAGAIN;
    }
    let index = i32[base + Header.FREE_PROCESS] - 1;
    if (index >= 0) i32[base + Header.FREE_PROCESS] = i32[this.slotAt(index) + Slot.NEXT_FREE];
    else {
      index = i32[base + Header.PROCESS_HIGH];
      if (index >= Capacity.PROCESSES) return -Errno.EAGAIN;
      // Before the mark moves, or a search would look into garbage.
      i32[this.slotAt(index) + Slot.STATE] = ProcessState.FREE;
      i32[this.slotAt(index) + Slot.PID] = 0;
      Atomics.store(i32, base + Header.PROCESS_HIGH, index + 1);
    }
    i32[base + Header.PROCESS_COUNT]++;
    return this.slotAt(index);
  }

  /** Gives a slot back. Call with the table locked. */
  #free(slot: number): void {
    const { i32, base } = this.memory;
    i32[slot + Slot.PID] = 0;
    i32[slot + Slot.NEXT_FREE] = i32[base + Header.FREE_PROCESS];
    Atomics.store(i32, slot + Slot.STATE, ProcessState.FREE);
    i32[base + Header.FREE_PROCESS] = (slot - this.#first) / Slot.WORDS + 1;
    i32[base + Header.PROCESS_COUNT]--;
  }

  /** Undoes {@link Processes.create} of a process that could not be started. */
  discard(slot: number): void {
    const { i32, base } = this.memory;
    lock(i32, base + Header.LOCK);
    this.#free(slot);
    unlock(i32, base + Header.LOCK);
  }

  /**
   * Ends a process, once: descriptors are closed, children become orphans, the parent is told. False if somebody else
   * has ended it or is about to.
   */
  finish(slot: number, status: number, releaser: Releaser, before?: () => void): boolean {
    const { i32 } = this.memory;
    const state = Atomics.load(i32, slot + Slot.STATE);
    if (state !== ProcessState.STARTING && state !== ProcessState.RUNNING) return false;
    if (Atomics.compareExchange(i32, slot + Slot.STATE, state, ProcessState.EXITING) !== state) return false;
    this.#tearDown(slot, status, releaser, before);
    return true;
  }

  /**
   * Makes a process that waits for a worker run in the caller's: it is inside the kernel then. False if it was killed, or
   * the slot is another process's by now.
   */
  take(slot: number, pid: number, worker: number): boolean {
    const { i32, base } = this.memory;
    lock(i32, base + Header.LOCK);
    const taken =
      i32[slot + Slot.PID] === pid &&
      Atomics.load(i32, slot + Slot.STATE) === ProcessState.STARTING &&
      Atomics.compareExchange(i32, slot + Slot.RUN, Run.GUEST, Run.SYS) === Run.GUEST &&
      this.#move(slot, ProcessState.STARTING, ProcessState.RUNNING);
    if (taken) Atomics.store(i32, slot + Slot.WORKER, worker);
    unlock(i32, base + Header.LOCK);
    return taken;
  }

  /** Takes the right to end a process, so that only the caller does; pairs with {@link Processes.finishClaimed}. */
  claimEnd(slot: number, pid: number): boolean {
    const { i32, base } = this.memory;
    lock(i32, base + Header.LOCK);
    const claimed =
      i32[slot + Slot.PID] === pid &&
      (this.#move(slot, ProcessState.RUNNING, ProcessState.EXITING) ||
        this.#move(slot, ProcessState.STARTING, ProcessState.EXITING));
    unlock(i32, base + Header.LOCK);
    return claimed;
  }

  #move(slot: number, from: number, to: number): boolean {
    return Atomics.compareExchange(this.memory.i32, slot + Slot.STATE, from, to) === from;
  }

  /** Ends a process whose end was claimed. */
  finishClaimed(slot: number, status: number, releaser: Releaser): void {
    this.#tearDown(slot, status, releaser);
  }

  #tearDown(slot: number, status: number, releaser: Releaser, before?: () => void): void {
    const { i32, u32, base } = this.memory;
    releaser.closeAll(slot);
    releaser.releaseDirectory(slot);
    const blob = u32[slot + Slot.ARGUMENTS];
    if (blob !== 0) this.memory.free(blob, u32[slot + Slot.ARGUMENTS_LENGTH]);
    u32[slot + Slot.ARGUMENTS] = 0;
    i32[slot + Slot.STATUS] = status;
    before?.();
    lock(i32, base + Header.LOCK);
    this.#orphan(i32[slot + Slot.PID]);
    const ppid = i32[slot + Slot.PPID];
    if (ppid === INIT) this.#free(slot);
    else Atomics.store(i32, slot + Slot.STATE, ProcessState.ZOMBIE);
    const parent = ppid > INIT ? this.find(ppid) : 0;
    if (parent !== 0) this.#notifyParent(parent);
    unlock(i32, base + Header.LOCK);
    if (ppid !== 0) return;
    Atomics.add(i32, base + Header.HOST_SEQ, 1);
    Atomics.notify(i32, base + Header.HOST_SEQ);
  }

  #notifyParent(parent: number): void {
    const { i32 } = this.memory;
    if (i32[parent + Slot.CAUGHT] & bit(Signal.CHLD)) {
      Atomics.or(i32, parent + Slot.PENDING, bit(Signal.CHLD));
      this.#wake(parent);
    }
    Atomics.add(i32, parent + Slot.CHILD_SEQ, 1);
    Atomics.notify(i32, parent + Slot.CHILD_SEQ);
  }

  /** Children of an ended process belong to init, which reaps at once. Call with the table locked. */
  #orphan(pid: number): void {
    const { i32 } = this.memory;
    for (const slot of this.used()) {
      if (i32[slot + Slot.PPID] !== pid) continue;
      i32[slot + Slot.PPID] = INIT;
      if (i32[slot + Slot.STATE] === ProcessState.ZOMBIE) this.#free(slot);
    }
  }

  /**
   * Takes an ended child of `parent` (a pid, 0 the host) out of the table: `pid` > 0 that one, -1 any, 0 any of group
   * `group`, < -1 any of group -`pid`. `undefined`: none has ended; -ECHILD: there is none.
   */
  reap(parent: number, pid: number, group: number): Ended | undefined | number {
    const { i32, f64, base } = this.memory;
    lock(i32, base + Header.LOCK);
    let result: Ended | undefined | number = -Errno.ECHILD;
    for (const slot of this.used()) {
      if (i32[slot + Slot.PPID] !== parent || !matches(i32, slot, pid, group)) continue;
      if (i32[slot + Slot.STATE] !== ProcessState.ZOMBIE) {
        result = undefined;
        continue;
      }
      result = { pid: i32[slot + Slot.PID], status: i32[slot + Slot.STATUS], met: i32[slot + Slot.MET] };
      const mine = parent === 0 ? 0 : this.find(parent);
      for (const [own, child] of mine === 0 ? [] : CHILD_TIMES) {
        f64[(mine + child) >> 1] += f64[(slot + own) >> 1];
        f64[(mine + child) >> 1] += f64[(slot + child) >> 1];
      }
      this.#free(slot);
      break;
    }
    unlock(i32, base + Header.LOCK);
    return result;
  }

  /**
   * Sends a signal: `pid` > 0 to that process, 0 to group `group`, -1 to all but `sender`, < -1 to group -`pid`. Signal 0
   * only asks. ESRCH, EINVAL.
   */
  kill(pid: number, signal: number, group: number, sender: number): number {
    if (signal < 0 || signal > 31) return -Errno.EINVAL;
    const { i32, base } = this.memory;
    let found = false;
    lock(i32, base + Header.LOCK);
    for (const slot of this.used()) {
      const its = i32[slot + Slot.PID];
      if (its === INIT || (pid === -1 ? its === sender : !matches(i32, slot, pid, group))) continue;
      found = true;
      if (signal !== 0) this.send(slot, signal);
    }
    unlock(i32, base + Header.LOCK);
    return found ? 0 : -Errno.ESRCH;
  }

  /** Sends a signal to every process that descends from `session`. */
  killSession(session: number, signal: number): void {
    const { i32, base } = this.memory;
    lock(i32, base + Header.LOCK);
    for (const slot of this.used()) if (i32[slot + Slot.SESSION] === session) this.send(slot, signal);
    unlock(i32, base + Header.LOCK);
  }

  /** Whether any process of a session is still there, other than as a zombie. */
  hasSession(session: number): boolean {
    const { i32 } = this.memory;
    for (const slot of this.used())
      if (i32[slot + Slot.SESSION] === session && i32[slot + Slot.STATE] !== ProcessState.ZOMBIE) return true;
    return false;
  }

  /**
   * Makes `signal` pending in a process and wakes it. If it ends the process, and its guest is at work, the guest may
   * not enter the kernel again and the supervisor is asked to stop it.
   */
  send(slot: number, signal: number): void {
    const { i32, base } = this.memory;
    const ignored = Atomics.load(i32, slot + Slot.IGNORED);
    const caught = Atomics.load(i32, slot + Slot.CAUGHT);
    const fatal = fatalSignals(bit(signal), ignored, caught) !== 0;
    if (!fatal && ((ignored | caught) & bit(signal)) !== 0) Atomics.or(i32, slot + Slot.MET, bit(signal));
    if (!fatal && (caught & bit(signal)) === 0) return;
    Atomics.or(i32, slot + Slot.PENDING, bit(signal));
    this.#wake(slot);
    if (!fatal) return;
    if (Atomics.compareExchange(i32, slot + Slot.RUN, Run.GUEST, Run.KILLED) !== Run.GUEST) return;
    Atomics.add(i32, base + Header.REQUEST_SEQ, 1);
    Atomics.notify(i32, base + Header.REQUEST_SEQ);
  }

  /** Kills a process that is over its time, once; false if it has ended, or the slot is another's. */
  killOverdue(slot: number, pid: number): boolean {
    const { i32, base } = this.memory;
    lock(i32, base + Header.LOCK);
    const running =
      i32[slot + Slot.PID] === pid && Atomics.load(i32, slot + Slot.STATE) === ProcessState.RUNNING;
    if (running) {
      i32[slot + Slot.OVERDUE] = 1;
      this.send(slot, Signal.KILL);
    }
    unlock(i32, base + Header.LOCK);
    return running;
  }

  #wake(slot: number): void {
    const word = Atomics.load(this.memory.i32, slot + Slot.WAITS_ON);
    if (word === 0) return;
    // The process may wait on a word of memory that was added since this thread last looked.
    this.memory.reach((word + 1) * 4);
    const { i32 } = this.memory;
    Atomics.add(i32, word, 1);
    Atomics.notify(i32, word);
  }

  /** Whether a pending signal ends the process in `slot`. */
  isDoomed(slot: number): boolean {
    const { i32 } = this.memory;
    const pending = Atomics.load(i32, slot + Slot.PENDING);
    return fatalSignals(pending, i32[slot + Slot.IGNORED], i32[slot + Slot.CAUGHT]) !== 0;
  }

  /** The status of a process that its pending signals end: 256 + signal. */
  fatalStatus(slot: number): number {
    const { i32 } = this.memory;
    const pending = Atomics.load(i32, slot + Slot.PENDING);
    const fatal = fatalSignals(pending, i32[slot + Slot.IGNORED], i32[slot + Slot.CAUGHT]);
    return STATUS_SIGNALLED + (firstSignal(fatal) || Signal.KILL);
  }
}

const CHILD_TIMES = [
  [Slot.USER_TIME, Slot.CHILD_USER_TIME],
  [Slot.SYSTEM_TIME, Slot.CHILD_SYSTEM_TIME],
] as const;

function matches(i32: Int32Array, slot: number, pid: number, group: number): boolean {
  if (pid === -1) return true;
  if (pid > 0) return i32[slot + Slot.PID] === pid;
  return i32[slot + Slot.PGID] === (pid === 0 ? group : -pid);
}
