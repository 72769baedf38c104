import { Heap } from "@shadowbox/vfs";
import { startClock } from "../kernel/deadlines.ts";
import { Kernel, type KernelConfig } from "../kernel/kernel.ts";
import { ProgramKind, Run, Slot } from "../kernel/layout.ts";
import { type Process, ProcessExit } from "../kernel/process.ts";
import { Recorder } from "../kernel/recorder.ts";
import { Signal, STATUS_SIGNALLED } from "../kernel/signals.ts";
import { PoolMemory, WorkerKind, WorkerState } from "./pool-memory.ts";
import { FIRST_OWNER, type JobMessage, type SandboxShare, type WorkerPort } from "./protocol.ts";

/** What a worker needs besides the job. */
export interface RunContext {
  /** Compiled module of the process, absent for a shell or a module file. */
  module?: WebAssembly.Module;
  /** State of a forked shell. */
  payload?: unknown;
}

/** What makes a worker of one kind. */
export interface WorkerProgram {
  /** Makes the file systems of a sandbox for this thread. */
  attach(heap: Heap, setup: unknown): KernelConfig;
  /** Runs a process to its end; its status: 0–255, 256 + signal, or -1 if it was ended from outside. */
  run(process: Process, context: RunContext): number;
  /** Does what can wait until a process has ended. */
  rest?(): void;
}

/** Serves a pool: waits for processes, runs them one after another, and sleeps between. Called once by a worker's entry. */
export function serveWorker(port: WorkerPort, program: WorkerProgram): void {
  let server: WorkerServer | undefined;
  port.onMessage((message) => {
    if (message.type === "init") {
      server = new WorkerServer(
        port,
        program,
        new PoolMemory(message.pool),
        message.worker,
        message.generation,
      );
      port.post({ type: "ready" });
    } else server?.handle(message);
  });
}

class WorkerServer {
  readonly #port: WorkerPort;
  readonly #program: WorkerProgram;
  readonly #pool: PoolMemory;
  readonly #worker: number;
  readonly #generation: number;
  readonly #modules = new Map<number, WebAssembly.Module>();
  #kernel: Kernel | undefined;
  #sandbox = 0;
  /** Its process was ended from outside: the supervisor is about to stop this thread, which must take no other job. */
  #stopped = false;
  /** It is among the sleeping ones already, and may have been claimed. */
  #offered = false;

  constructor(
    port: WorkerPort,
    program: WorkerProgram,
    pool: PoolMemory,
    worker: number,
    generation: number,
  ) {
    this.#port = port;
    this.#program = program;
    this.#pool = pool;
    this.#worker = worker;
    this.#generation = generation;
  }

  handle(message: JobMessage): void {
    if (message.attach !== undefined) this.#attach(message.attach);
    for (const [id, module] of message.modules ?? []) this.#modules.set(id, module);
    if (message.held !== undefined) this.#pool.setModulesHeld(this.#worker, message.held);
    if (message.slot !== undefined) this.#run(message.slot, message.pid ?? 0, message.payload);
    for (;;) {
      // A worker that was given up (its thread went on after it was stopped) must not touch a successor's record.
      if (this.#stopped || this.#pool.generation(this.#worker) !== this.#generation) return;
      if (!this.#offered && !this.#offer()) {
        this.#pool.setState(this.#worker, WorkerState.HELD);
        this.#port.post({ type: "idle" });
        return;
      }
      this.#offered = false;
      const slot = this.#pool.park(this.#worker);
      if (slot < 0) return;
      this.#run(slot, this.#pool.claimedPid(this.#worker), undefined);
    }
  }

  /** Puts this worker among the sleeping ones, unless the supervisor has work that waits. */
  #offer(): boolean {
    if (this.#pool.jobsWaiting() > 0) return false;
    this.#pool.offer(this.#worker);
    // Asked again: the supervisor may have looked for a sleeping worker just before this one was.
    this.#offered = this.#pool.jobsWaiting() === 0 || !this.#pool.retract(this.#worker);
    return this.#offered;
  }

  #attach(share: SandboxShare | "none"): void {
    this.#kernel = undefined;
    this.#sandbox = 0;
    if (share !== "none") {
      const heap = Heap.attach(share.memory, this.#worker + FIRST_OWNER);
      const kernel = Kernel.attach(heap, this.#program.attach(heap, share.setup));
      kernel.starter = (slot) => claimWorker(this.#pool, kernel, share, slot);
      kernel.forker = (slot, payload) => {
        const pid = kernel.memory.i32[slot + Slot.PID];
        this.#port.post({ type: "fork", sandbox: share.id, slot, pid, payload });
      };
      this.#kernel = kernel;
      this.#sandbox = share.id;
    }
    this.#pool.setSandbox(this.#worker, this.#sandbox);
  }

  #run(slot: number, pid: number, payload: unknown): void {
    const kernel = this.#kernel;
    if (!kernel?.processes.take(slot, pid, this.#worker + 1)) return;
    startClock(kernel, slot);
    const { i32 } = kernel.memory;
    const process = kernel.process(slot);
    kernel.current = process;
    kernel.recorder = Recorder.of(kernel, slot);
    let status = -1;
    try {
      process.leave();
      status = this.#program.run(process, { module: this.#modules.get(i32[slot + Slot.MODULE]), payload });
    } catch (error) {
      if (error instanceof ProcessExit) status = error.status;
      else {
        status = STATUS_SIGNALLED + Signal.ABRT;
        this.#port.post({ type: "broken", message: String(error instanceof Error ? error.stack : error) });
      }
    }
    if (status >= 0) kernel.recorder?.flush();
    kernel.recorder = undefined;
    kernel.current = undefined;
    // Killed while its guest ran, which then ended by itself: the status says so.
    if (status < 0 || Atomics.load(i32, slot + Slot.RUN) === Run.KILLED)
      status = kernel.processes.fatalStatus(slot);
    // On offer before the parent is woken: its next child can have this very worker.
    if (!process.exit(status, () => this.#offer())) this.#stopped = true;
    this.#program.rest?.();
  }
}

/** Gives a process to a sleeping worker of its sandbox; false if there is none. */
export function claimWorker(
  pool: PoolMemory,
  kernel: Kernel,
  { id, elsewhere }: Pick<SandboxShare, "id" | "elsewhere">,
  slot: number,
): boolean {
  const { i32 } = kernel.memory;
  const kind = i32[slot + Slot.KIND] === ProgramKind.SHELL ? WorkerKind.SHELL : WorkerKind.MODULE;
  if (elsewhere && kind === WorkerKind.MODULE) return false;
  return pool.claim(kind, id, i32[slot + Slot.MODULE], slot, i32[slot + Slot.PID]) >= 0;
}
