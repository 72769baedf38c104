import { killOverdue } from "../kernel/deadlines.ts";
import type { Kernel } from "../kernel/kernel.ts";
import { Header, ProcessState, ProgramKind, Run, Slot } from "../kernel/layout.ts";
import { type ModuleLoader, ModuleTable } from "./module-table.ts";
import { MAX_WORKERS, PoolMemory, WorkerKind, WorkerState } from "./pool-memory.ts";
import type { Programs } from "./programs.ts";
import type { JobMessage, SandboxShare, WorkerFactory, WorkerHandle, WorkerMessage } from "./protocol.ts";
import { claimWorker } from "./worker.ts";

/** How a pool behaves. */
export interface PoolOptions {
  /** Threads at most; default 192. More processes than that wait. */
  maxWorkers?: number;
  /** A thread that served so many sandboxes is replaced by a new one; default: never. It may keep their memories until it ends. */
  maxSandboxes?: number;
  /** Told what went wrong inside the engine itself. */
  onProblem?(message: string): void;
}

/** Milliseconds that a killed guest gets to reach a system call, and end there, before its thread is stopped. */
const GRACE_MS = 3;

/** Threads that may be starting at once: a start takes this thread and a core some 10 ms each. */
const MAX_STARTING = 4;

interface WorkerEntry {
  index: number;
  kind: WorkerKind;
  handle: WorkerHandle;
  modules: number;
  served: number;
  ready: boolean;
  /** That it was sent to last. */
  sandbox?: SandboxEntry;
}

interface SandboxEntry {
  id: number;
  kernel: Kernel;
  share: SandboxShare;
  /** Who runs what is no shell; absent: the pool's workers. */
  programs: Programs | undefined;
  closed: boolean;
  /** Slots whose worker is about to be stopped. */
  stopping: Set<number>;
}

interface Job {
  sandbox: SandboxEntry;
  slot: number;
  pid: number;
  payload: unknown;
}

/**
 * The supervisor: owns the worker threads that run the processes of any number of sandboxes. It lives in the thread that
 * created them, and never blocks. A process is normally started by its parent, in a worker that sleeps; the supervisor
 * steps in when a worker must be started, moved to another sandbox or given a module, and when one must be stopped.
 */
export class WorkerPool {
  readonly memory = PoolMemory.create();
  readonly #factory: WorkerFactory;
  readonly #maxWorkers: number;
  readonly #maxSandboxes: number;
  readonly #onProblem: (message: string) => void;
  readonly #workers: (WorkerEntry | undefined)[] = [];
  readonly #sandboxes = new Map<number, SandboxEntry>();
  readonly #modules = new ModuleTable(this.memory);
  readonly #waiting: Job[] = [];
  /** Started ahead of need; nothing was posted to them yet. */
  readonly #spares = new Set<WorkerEntry>();
  #nextSandbox = 1;
  #starting = 0;
  #closed = false;

  constructor(factory: WorkerFactory, options: PoolOptions = {}) {
    this.#factory = factory;
    this.#maxWorkers = Math.min(options.maxWorkers ?? 192, MAX_WORKERS);
    this.#maxSandboxes = options.maxSandboxes ?? Number.POSITIVE_INFINITY;
    this.#onProblem = options.onProblem ?? (() => {});
  }

  /** Makes a program known; `load` is called when it is first run. Answers its number. Throws WasiError `limit`. */
  addModule(load: ModuleLoader): number {
    return this.#modules.add(load);
  }

  /** Forgets a program that no process runs any more. */
  removeModule(module: number): void {
    this.#modules.remove(module);
  }

  /** Starts to serve a sandbox; `setup` goes to the workers' `attach`. Answers its number. */
  addSandbox(kernel: Kernel, setup: unknown, programs?: Programs): number {
    const id = this.#nextSandbox++;
    const elsewhere = programs !== undefined;
    const share = { id, memory: kernel.memory.heap.memory, setup, elsewhere };
    const sandbox: SandboxEntry = { id, kernel, share, programs, closed: false, stopping: new Set() };
    this.#sandboxes.set(id, sandbox);
    kernel.starter = (slot) => claimWorker(this.memory, kernel, share, slot);
    kernel.forker = (slot, payload) =>
      this.#assign({ sandbox, slot, pid: kernel.memory.i32[slot + Slot.PID], payload });
    void this.#watch(sandbox);
    return id;
  }

  /** Stops serving a sandbox whose processes have all ended; its workers serve others. */
  removeSandbox(id: number): void {
    const sandbox = this.#sandboxes.get(id);
    if (sandbox === undefined) return;
    sandbox.closed = true;
    this.#sandboxes.delete(id);
    const { i32, base } = sandbox.kernel.memory;
    Atomics.add(i32, base + Header.REQUEST_SEQ, 1);
    Atomics.notify(i32, base + Header.REQUEST_SEQ);
    for (const worker of this.#workers) {
      if (worker === undefined || this.memory.sandbox(worker.index) !== id || !this.memory.hold(worker.index))
        continue;
      if (++worker.served < this.#maxSandboxes) worker.handle.post({ type: "job", attach: "none" });
      else this.#dismiss(worker);
      // The sandbox after the next one does not wait for the thread's successor.
      if (worker.served === this.#maxSandboxes - 1) this.#startSpare(worker.kind);
    }
  }

  /** Starts a worker ahead of need, unless one of that kind is free, for this sandbox. */
  warm(kind: WorkerKind, sandbox = 0): void {
    const serves = (owner: number) => owner === sandbox || !this.#sandboxes.has(owner);
    const isFree = (worker: WorkerEntry | undefined) =>
      worker?.kind === kind &&
      this.memory.state(worker.index) === WorkerState.PARKED &&
      serves(this.memory.sandbox(worker.index));
    if (!this.#workers.some(isFree)) this.#startSpare(kind);
  }

  #startSpare(kind: WorkerKind): void {
    const worker = this.#spareOf(kind) ?? this.#startWorker(kind);
    if (worker !== undefined) this.#spares.add(worker);
  }

  #spareOf = (kind: WorkerKind) => [...this.#spares].find((worker) => worker.kind === kind);

  /** Compiles a program ahead of need. */
  async loadModule(module: number): Promise<void> {
    await this.#modules.load(module);
  }

  /** Stops all threads. */
  async close(): Promise<void> {
    this.#closed = true;
    for (const id of [...this.#sandboxes.keys()]) this.removeSandbox(id);
    await Promise.all(this.#workers.map((worker) => worker?.handle.terminate()));
    this.#workers.length = 0;
  }

  /** Threads there are now. */
  get size(): number {
    return this.#workers.filter((worker) => worker !== undefined).length;
  }

  async #watch(sandbox: SandboxEntry): Promise<void> {
    const { i32, base } = sandbox.kernel.memory;
    const word = base + Header.REQUEST_SEQ;
    while (!sandbox.closed) {
      const seen = Atomics.load(i32, word);
      this.#serve(sandbox);
      const change = Atomics.waitAsync(i32, word, seen, killOverdue(sandbox.kernel));
      if (change.async) await change.value;
    }
  }

  /** Looks for processes that wait for a worker, or are to be stopped. */
  #serve(sandbox: SandboxEntry): void {
    const { processes, memory } = sandbox.kernel;
    const { i32 } = memory;
    for (const slot of processes.used()) {
      const pid = i32[slot + Slot.PID];
      const state = Atomics.load(i32, slot + Slot.STATE);
      if (state !== ProcessState.STARTING && state !== ProcessState.RUNNING) continue;
      if (Atomics.load(i32, slot + Slot.RUN) === Run.KILLED) this.#stop(sandbox, slot, pid);
      else if (
        state === ProcessState.STARTING &&
        Atomics.compareExchange(i32, slot + Slot.WORKER, 0, -1) === 0
      )
        this.#assign({ sandbox, slot, pid, payload: undefined });
    }
  }

  #assign(job: Job): void {
    const { i32 } = job.sandbox.kernel.memory;
    const { programs } = job.sandbox;
    if (i32[job.slot + Slot.KIND] !== ProgramKind.SHELL && programs?.takes(job.slot)) {
      programs.start(job.slot, job.pid);
      return;
    }
    const module = i32[job.slot + Slot.MODULE];
    if (module === 0 || this.#modules.isCompiled(module)) {
      this.#place(job);
      return;
    }
    // A thread starts while the module is brought.
    this.warm(WorkerKind.MODULE, job.sandbox.id);
    this.#modules.load(module).then(
      () => this.#place(job),
      (error: Error) => this.#refuse(job, error),
    );
  }

  /** Ends a process whose module cannot be had. */
  #refuse(job: Job, error: Error): void {
    const { kernel } = job.sandbox;
    if (!kernel.processes.claimEnd(job.slot, job.pid)) return;
    kernel.process(job.slot).complain(error.message);
    kernel.finishClaimed(job.slot, 126);
  }

  /** Brings a process to a worker: one of the sandbox that sleeps, an idle one, a new one, one of another sandbox. */
  #place(job: Job): void {
    const { i32 } = job.sandbox.kernel.memory;
    if (!isWaiting(job)) return;
    const kind = i32[job.slot + Slot.KIND] === ProgramKind.SHELL ? WorkerKind.SHELL : WorkerKind.MODULE;
    let worker = this.#find(kind, job.sandbox.id);
    if (worker === undefined) {
      this.#waiting.push(job);
      this.memory.setJobsWaiting(this.#waiting.length);
      // Asked again: a worker may have gone to sleep before it could see that somebody waits.
      worker = this.#sleeping(kind, () => true);
      if (worker === undefined) return;
      this.#waiting.splice(this.#waiting.indexOf(job), 1);
      this.memory.setJobsWaiting(this.#waiting.length);
    }
    this.#sendJob(worker, job);
  }

  #sendJob(worker: WorkerEntry, { sandbox, slot, pid, payload }: Job): void {
    worker.sandbox = sandbox;
    this.#send(worker, { ...this.#attachment(worker, sandbox), slot, pid, payload });
  }

  #find(kind: WorkerKind, sandbox: number): WorkerEntry | undefined {
    return (
      this.#sleeping(kind, (owner) => owner === sandbox) ??
      this.#sleeping(kind, (owner) => !this.#sandboxes.has(owner)) ??
      this.#takeSpare(kind) ??
      this.#startWorker(kind) ??
      this.#sleeping(kind, () => true)
    );
  }

  #takeSpare(kind: WorkerKind): WorkerEntry | undefined {
    const spare = this.#spareOf(kind);
    if (spare !== undefined) this.#spares.delete(spare);
    return spare;
  }

  #attachment(worker: WorkerEntry, sandbox: SandboxEntry): { attach?: SandboxShare } {
    return this.memory.sandbox(worker.index) === sandbox.id ? {} : { attach: sandbox.share };
  }

  /** A worker that sleeps and serves a sandbox that `suits`, held for the supervisor. */
  #sleeping(kind: WorkerKind, suits: (sandbox: number) => boolean): WorkerEntry | undefined {
    for (const worker of this.#workers) {
      if (worker?.kind !== kind || this.memory.state(worker.index) !== WorkerState.PARKED) continue;
      if (suits(this.memory.sandbox(worker.index)) && this.memory.hold(worker.index)) return worker;
    }
    return undefined;
  }

  #send(worker: WorkerEntry, message: Omit<JobMessage, "type">): void {
    const held = this.#modules.count;
    const modules = this.#modules.since(worker.modules);
    const news = worker.modules < held && worker.kind === WorkerKind.MODULE ? { modules, held } : {};
    worker.modules = held;
    worker.handle.post({ type: "job", ...message, ...news });
  }

  #startWorker(kind: WorkerKind): WorkerEntry | undefined {
    let index = 0;
    while (index < this.#maxWorkers && this.#workers[index] !== undefined) index++;
    if (index === this.#maxWorkers || this.#closed || this.#starting >= MAX_STARTING) return undefined;
    this.#starting++;
    const generation = this.memory.nextGeneration(index);
    this.memory.setState(index, WorkerState.HELD);
    this.memory.setKind(index, kind);
    this.memory.setSandbox(index, 0);
    this.memory.setModulesHeld(index, 0);
    const handle = this.#factory(kind, {
      message: (message) => this.#receive(worker, message),
      failed: (reason) => this.#failed(worker, reason),
    });
    const worker: WorkerEntry = { index, kind, handle, modules: 0, served: 0, ready: false };
    this.#workers[index] = worker;
    handle.post({ type: "init", pool: this.memory.buffer, worker: index, generation });
    return worker;
  }

  #receive(worker: WorkerEntry, message: WorkerMessage): void {
    if (this.#workers[worker.index] !== worker) return;
    if (message.type === "ready") this.#started(worker);
    if (message.type === "broken") this.#onProblem(message.message);
    if (message.type === "fork") {
      const sandbox = this.#sandboxes.get(message.sandbox);
      const { slot, pid, payload } = message;
      if (sandbox !== undefined) this.#assign({ sandbox, slot, pid, payload });
    }
    if (message.type === "idle") this.#feed(worker);
  }

  /** A thread has started or will never: others may. */
  #started(worker: WorkerEntry): void {
    if (worker.ready) return;
    worker.ready = true;
    this.#starting--;
    for (const job of this.#waiting.splice(0)) this.#place(job);
    this.memory.setJobsWaiting(this.#waiting.length);
  }

  /** Gives a worker that reported instead of going to sleep the next process that waits. */
  #feed(worker: WorkerEntry): void {
    let job: Job | undefined;
    for (let at = 0; job === undefined && at < this.#waiting.length; ) {
      const { sandbox, slot } = this.#waiting[at];
      const { i32 } = sandbox.kernel.memory;
      const gone = !isWaiting(this.#waiting[at]);
      const shell = i32[slot + Slot.KIND] === ProgramKind.SHELL;
      const suits = worker.kind === (shell ? WorkerKind.SHELL : WorkerKind.MODULE);
      if (!gone && !suits) at++;
      else if (gone) this.#waiting.splice(at, 1);
      else job = this.#waiting.splice(at, 1)[0];
    }
    this.memory.setJobsWaiting(this.#waiting.length);
    if (job === undefined) this.#send(worker, {});
    else this.#sendJob(worker, job);
  }

  /** A thread ended by itself: its process is over. */
  #failed(worker: WorkerEntry, reason: string): void {
    if (this.#workers[worker.index] !== worker) return;
    this.#workers[worker.index] = undefined;
    this.#spares.delete(worker);
    // What a closed sandbox had is gone, and may be missed.
    if (!worker.sandbox?.closed) this.#onProblem(`worker ${worker.index} ended: ${reason}`);
    this.#started(worker);
    this.#retire(worker);
    for (const sandbox of this.#sandboxes.values()) {
      const { kernel } = sandbox;
      kernel.memory.heap.mutex.recoverFrom(worker.index + 2);
      const { i32 } = kernel.memory;
      for (const slot of kernel.processes.used())
        if (
          i32[slot + Slot.WORKER] === worker.index + 1 &&
          kernel.processes.claimEnd(slot, i32[slot + Slot.PID])
        )
          kernel.finishClaimed(slot, 256 + 6);
    }
  }

  #retire(worker: WorkerEntry): void {
    this.memory.nextGeneration(worker.index);
    this.memory.setState(worker.index, WorkerState.NONE);
  }

  #dismiss(worker: WorkerEntry): void {
    this.#workers[worker.index] = undefined;
    this.#retire(worker);
    this.#started(worker);
    void worker.handle.terminate();
  }

  /** Ends a process whose guest was killed: by itself if it reaches a system call soon, else by stopping its thread. */
  #stop(sandbox: SandboxEntry, slot: number, pid: number): void {
    if (sandbox.stopping.has(slot)) return;
    sandbox.stopping.add(slot);
    setTimeout(() => {
      sandbox.stopping.delete(slot);
      this.#stopNow(sandbox, slot, pid);
    }, GRACE_MS);
  }

  #stopNow(sandbox: SandboxEntry, slot: number, pid: number): void {
    const { processes, memory } = sandbox.kernel;
    const { i32 } = memory;
    if (!processes.claimEnd(slot, pid)) return;
    const worker = this.#workers[i32[slot + Slot.WORKER] - 1];
    const status = processes.fatalStatus(slot);
    if (worker !== undefined) this.#dismiss(worker);
    else sandbox.programs?.stop(slot, pid);
    sandbox.kernel.finishClaimed(slot, status);
  }
}

/** Whether a job's process still waits for a worker: it may have been killed, and its slot be another's. */
function isWaiting({ sandbox, slot, pid }: Job): boolean {
  const { i32 } = sandbox.kernel.memory;
  return (
    !sandbox.closed &&
    i32[slot + Slot.PID] === pid &&
    Atomics.load(i32, slot + Slot.STATE) === ProcessState.STARTING
  );
}
