/**
 * What the threads of one pool share: the state of every worker and which modules are compiled. A process that starts
 * another one looks here for a worker that sleeps, is attached to its sandbox and holds the module, and wakes it
 * directly; only when there is none the supervisor has to act.
 */

/** Workers of one pool. */
export const MAX_WORKERS = 256;
/** Programs that a pool can know. */
export const MAX_MODULES = 4096;

export const WorkerState = {
  /** No such worker. */
  NONE: 0,
  /** Being started, or about to receive a message: the supervisor's. */
  HELD: 1,
  /** Sleeps and can be claimed. */
  PARKED: 2,
  /** Somebody is writing its job. */
  CLAIMED: 3,
  /** Has a job, or works on it. */
  RUN: 4,
  /** Asked by the supervisor to go back to its event loop and listen. */
  LISTEN: 5,
} as const;

/** Words of a worker's record. */
const W = { STATE: 0, KIND: 1, SANDBOX: 2, SLOT: 3, MODULES: 4, GENERATION: 5, PID: 6, WORDS: 16 } as const;
const MODULE_TABLE = MAX_WORKERS * W.WORDS;
const JOBS_WAITING = MODULE_TABLE + MAX_MODULES;

/** What a worker can run. */
export const WorkerKind = { MODULE: 0, SHELL: 1 } as const;
export type WorkerKind = (typeof WorkerKind)[keyof typeof WorkerKind];

/** Views the shared words of a pool. */
export class PoolMemory {
  readonly words: Int32Array;

  constructor(buffer: SharedArrayBuffer) {
    this.words = new Int32Array(buffer);
  }

  static create(): PoolMemory {
    return new PoolMemory(new SharedArrayBuffer((JOBS_WAITING + 1) * 4));
  }

  get buffer(): SharedArrayBuffer {
    return this.words.buffer as SharedArrayBuffer;
  }

  state(worker: number): number {
    return Atomics.load(this.words, worker * W.WORDS + W.STATE);
  }

  setState(worker: number, state: number): void {
    Atomics.store(this.words, worker * W.WORDS + W.STATE, state);
  }

  sandbox(worker: number): number {
    return Atomics.load(this.words, worker * W.WORDS + W.SANDBOX);
  }

  setSandbox(worker: number, sandbox: number): void {
    Atomics.store(this.words, worker * W.WORDS + W.SANDBOX, sandbox);
  }

  setKind(worker: number, kind: WorkerKind): void {
    Atomics.store(this.words, worker * W.WORDS + W.KIND, kind);
  }

  /** How many threads have had this record. */
  generation(worker: number): number {
    return Atomics.load(this.words, worker * W.WORDS + W.GENERATION);
  }

  /** Gives the record to a new thread; answers its generation. */
  nextGeneration(worker: number): number {
    return Atomics.add(this.words, worker * W.WORDS + W.GENERATION, 1) + 1;
  }

  /** Processes for which the supervisor found no worker; while there are any, a worker reports before it sleeps. */
  jobsWaiting(): number {
    return Atomics.load(this.words, JOBS_WAITING);
  }

  setJobsWaiting(count: number): void {
    Atomics.store(this.words, JOBS_WAITING, count);
  }

  /** How many modules, in the order in which they were compiled, a worker holds. */
  modulesHeld(worker: number): number {
    return Atomics.load(this.words, worker * W.WORDS + W.MODULES);
  }

  setModulesHeld(worker: number, count: number): void {
    Atomics.store(this.words, worker * W.WORDS + W.MODULES, count);
  }

  /** Place of a module in the order of compilation from 1, 0: not compiled. */
  moduleOrder(module: number): number {
    return Atomics.load(this.words, MODULE_TABLE + module);
  }

  setModuleOrder(module: number, order: number): void {
    Atomics.store(this.words, MODULE_TABLE + module, order);
  }

  /**
   * Gives process `pid` in `slot` of `sandbox` to a sleeping worker that can run it at once; answers the worker or -1. `module`
   * 0: no module is needed.
   */
  claim(kind: WorkerKind, sandbox: number, module: number, slot: number, pid: number): number {
    const order = module === 0 ? 0 : this.moduleOrder(module);
    if (module !== 0 && order === 0) return -1;
    const { words } = this;
    for (let worker = 0; worker < MAX_WORKERS; worker++) {
      const at = worker * W.WORDS;
      if (words[at + W.STATE] !== WorkerState.PARKED) continue;
      if (words[at + W.KIND] !== kind || words[at + W.SANDBOX] !== sandbox) continue;
      if (words[at + W.MODULES] < order) continue;
      if (!this.#take(at + W.STATE, WorkerState.PARKED, WorkerState.CLAIMED)) continue;
      if (words[at + W.SANDBOX] !== sandbox) {
        this.setState(worker, WorkerState.PARKED);
        continue;
      }
      Atomics.store(words, at + W.SLOT, slot);
      Atomics.store(words, at + W.PID, pid);
      Atomics.store(words, at + W.STATE, WorkerState.RUN);
      Atomics.notify(words, at + W.STATE);
      return worker;
    }
    return -1;
  }

  #take(state: number, from: number, to: number): boolean {
    return Atomics.compareExchange(this.words, state, from, to) === from;
  }

  /** Makes a sleeping worker the supervisor's, which may then post to it; false if it is not asleep any more. */
  hold(worker: number): boolean {
    const at = worker * W.WORDS;
    if (!this.#take(at + W.STATE, WorkerState.PARKED, WorkerState.LISTEN)) return false;
    Atomics.notify(this.words, at + W.STATE);
    return true;
  }

  /** Puts a worker among the sleeping ones. Called by the worker, which then goes to {@link PoolMemory.park}. */
  offer(worker: number): void {
    Atomics.store(this.words, worker * W.WORDS + W.STATE, WorkerState.PARKED);
  }

  /** Takes an offer back; false if somebody has claimed the worker. Called by the worker. */
  retract(worker: number): boolean {
    return this.#take(worker * W.WORDS + W.STATE, WorkerState.PARKED, WorkerState.HELD);
  }

  /** Pid of the process that the worker was claimed for. */
  claimedPid(worker: number): number {
    return this.words[worker * W.WORDS + W.PID];
  }

  /** Sleeps until there is a job (its process slot) or the supervisor wants to be heard (-1). Called by the worker. */
  park(worker: number): number {
    const at = worker * W.WORDS;
    const { words } = this;
    for (;;) {
      const state = Atomics.load(words, at + W.STATE);
      if (state === WorkerState.RUN) return words[at + W.SLOT];
      if (state === WorkerState.LISTEN) return -1;
      Atomics.wait(words, at + W.STATE, state);
    }
  }
}
