import { encodeText, errnoName } from "@shadowbox/vfs";
import { WasiError } from "../errors.ts";
import type { Command } from "../kernel/commands.ts";
import type { Kernel } from "../kernel/kernel.ts";
import { Header, ProgramKind } from "../kernel/layout.ts";
import { Signal } from "../kernel/signals.ts";
import { findProgram, type LaunchFile, launch, type Program } from "../kernel/spawn.ts";
import {
  eventChange,
  type FetchDoor,
  type HostPipe,
  HostPipeWriter,
  openHostPipe,
  readHostPipe,
  serveFetchDevice,
} from "./host-io.ts";
import { borrowMemory, watchMemory } from "./lent-memory.ts";
import { limitModule } from "./module.ts";
import type { ModuleLoader } from "./module-table.ts";
import type { WorkerPool } from "./pool.ts";
import type { Programs } from "./programs.ts";
import { Recordings } from "./recordings.ts";

/** A process to be started by the host. */
export interface StartRequest {
  /**
   * Absolute path of a program, as a shell would find it; or the number that the pool gave a module; or `shell` with the
   * state that the shell's worker gets.
   */
  program: { path: string } | { module: number } | { shell: unknown };
  argv: readonly string[];
  /** `NAME=value` each. */
  env: readonly string[];
  /** Absolute path; default `/`. */
  cwd?: string;
  /** Descriptors and the open files behind them; each gets a reference of its own. */
  files: readonly LaunchFile[];
  limits?: ProcessLimits;
}

/** Bounds of one process and those it starts. */
export interface ProcessLimits {
  /** All of them are killed after this; default never. */
  timeoutMs?: number;
}

/** In the order of the bits of `Limit`. */
const LIMIT_NAMES = ["memory", "disk", "files", "processes", "time"] as const;
/** A bound of a sandbox. */
export type LimitName = (typeof LIMIT_NAMES)[number];

/** How a process that the host started ended. */
export interface ExitResult {
  /** 0–255, or 256 + signal. */
  status: number;
  /** The deadline ended it. */
  timedOut: boolean;
}

/** Milliseconds after which nobody waits any longer for a killed session: it is the engine's own failure then. */
const SESSION_END_MS = 5000;

/** The v8 engine of one sandbox: runs processes in a pool's workers on the sandbox's shared kernel. */
export class V8Engine {
  readonly kernel: Kernel;
  readonly pool: WorkerPool;
  /** Number of the sandbox in the pool. */
  readonly id: number;
  readonly recordings: Recordings;
  readonly #deadlines = new Map<number, { timer: ReturnType<typeof setTimeout> | undefined; hit: boolean }>();
  /** Sessions that are being killed, by the pid they are named by. */
  readonly #ending = new Map<number, Promise<void>>();
  #active = 0;
  #keepAlive: ReturnType<typeof setInterval> | undefined;
  #shutFetch: (() => void) | undefined;

  /** `setup` goes to the workers' `attach` and must be structured-clonable; `programs` runs modules elsewhere than in workers. */
  constructor(pool: WorkerPool, kernel: Kernel, setup: unknown, programs?: Programs) {
    this.kernel = kernel;
    this.pool = pool;
    this.recordings = new Recordings(kernel);
    this.id = pool.addSandbox(kernel, setup, programs);
  }

  /** Replaces the list of commands in `/bin` and `/usr/bin`. */
  setCommands(commands: readonly Command[]): void {
    if (this.kernel.commands.set(commands) < 0)
      throw new WasiError("limit", "set commands: the sandbox's memory is full");
  }

  /**
   * Starts a process; answers its pid. Throws WasiError `engine` naming the errno (ENOENT, EACCES, ENOEXEC, E2BIG…) when
   * it cannot be started.
   */
  start(request: StartRequest): number {
    const { kernel } = this;
    const argv = request.argv.map(encodeText);
    const program = this.#program(request, argv);
    const cwd = kernel.host.paths.directory(encodeText(request.cwd ?? "/"));
    const pid =
      typeof cwd === "number"
        ? cwd
        : launch(kernel, {
            program,
            env: request.env.map(encodeText),
            files: request.files,
            ppid: 0,
            pgid: 0,
            session: 0,
            umask: 0o022,
            ignored: 0,
            directory: (slot) => kernel.setDirectory(slot, cwd),
            state: "shell" in request.program ? { value: request.program.shell } : undefined,
          });
    if (program.kind === ProgramKind.FILE) kernel.files.release(program.module);
    if (pid < 0) throw new WasiError("engine", `start "${request.argv[0] ?? ""}": ${errnoName(pid)}`);
    this.#watchDeadline(pid, request.limits?.timeoutMs);
    return pid;
  }

  #program(request: StartRequest, argv: readonly Uint8Array[]): Program {
    if ("shell" in request.program) return { kind: ProgramKind.SHELL, module: 0, argv };
    if ("module" in request.program)
      return { kind: ProgramKind.MODULE, module: request.program.module, argv };
    const found = findProgram(this.kernel.host, encodeText(request.program.path), argv);
    if (typeof found === "number")
      throw new WasiError("engine", `start "${request.program.path}": ${errnoName(found)}`);
    return found;
  }

  #watchDeadline(pid: number, timeoutMs: number | undefined): void {
    if (timeoutMs === undefined) return;
    const deadline = { timer: undefined as ReturnType<typeof setTimeout> | undefined, hit: false };
    deadline.timer = setTimeout(() => {
      deadline.hit = true;
      this.killSession(pid, Signal.KILL);
    }, timeoutMs);
    this.#deadlines.set(pid, deadline);
  }

  /** Waits for a process that {@link V8Engine.start} started; to be called once for each. */
  async waitExit(pid: number): Promise<ExitResult> {
    const { memory, processes } = this.kernel;
    this.#hold();
    try {
      for (;;) {
        const word = memory.base + Header.HOST_SEQ;
        const seen = Atomics.load(memory.i32, word);
        const ended = processes.reap(0, pid, 0);
        if (typeof ended === "number")
          throw new WasiError("engine", `wait for process ${pid}: ${errnoName(ended)}`);
        if (ended !== undefined) {
          await this.#ending.get(pid);
          return this.#result(pid, ended.status);
        }
        await eventChange(memory.i32, word, 0, seen);
      }
    } finally {
      this.#letGo();
    }
  }

  #result(pid: number, status: number): ExitResult {
    const deadline = this.#deadlines.get(pid);
    this.#deadlines.delete(pid);
    clearTimeout(deadline?.timer);
    return { status, timedOut: deadline?.hit ?? false };
  }

  /** Sends a signal to one process (or, `pid` < 0, to a group); false if there is none. */
  kill(pid: number, signal: number): boolean {
    return this.kernel.processes.kill(pid, signal, 0, 1) >= 0;
  }

  /**
   * Sends a signal to a process that the host started and to all that descend from it. After SIGKILL, `waitExit` of that
   * process answers only when none of them is left.
   */
  killSession(pid: number, signal: number = Signal.KILL): void {
    this.kernel.processes.killSession(pid, signal);
    if (signal !== Signal.KILL || this.#ending.has(pid)) return;
    const ending = this.#endSession(pid).finally(() => this.#ending.delete(pid));
    this.#ending.set(pid, ending);
  }

  /** Kills again what a member had just started, until nothing of the session is left. */
  async #endSession(pid: number): Promise<void> {
    const { processes } = this.kernel;
    const until = performance.now() + SESSION_END_MS;
    while (processes.hasSession(pid) && performance.now() < until) {
      await new Promise((done) => setTimeout(done, 1));
      processes.killSession(pid, Signal.KILL);
    }
  }

  /** The bounds that processes reached since this was last asked: calls were refused, or a program ended for want of memory. */
  takeLimits(): LimitName[] {
    const { i32, base } = this.kernel.memory;
    const hit = Atomics.exchange(i32, base + Header.LIMITS_HIT, 0);
    return LIMIT_NAMES.filter((_, bit) => hit & (1 << bit));
  }

  /** Whether no process is there. */
  get idle(): boolean {
    return this.kernel.processes.used().next().done === true;
  }

  /** Counts a bound as reached that something else than a process's call showed. */
  noteLimit(name: LimitName): void {
    this.kernel.memory.noteLimit(1 << LIMIT_NAMES.indexOf(name));
  }

  /** A pipe between the host and processes. */
  openPipe(options: { tty?: boolean } = {}): HostPipe {
    return openHostPipe(this.kernel, options);
  }

  /** An open file for a descriptor of a process: `path` opened with flags of the kernel's `OpenFlags`. */
  openFile(path: string, flags: number, mode = 0o666): number {
    const { host } = this.kernel;
    const fd = host.paths.open(-1, encodeText(path), flags, mode);
    if (fd < 0) throw new WasiError("engine", `open "${path}": ${errnoName(fd)}`);
    const file = host.fileNumber(fd);
    this.kernel.files.retain(file);
    host.close(fd);
    return file;
  }

  /** Gives up the host's reference to an open file, after the processes that use it were started. */
  closeFile(file: number): void {
    this.kernel.files.release(file);
  }

  /** What comes out of a pipe, until its writers are gone; takes over the host's reference. */
  async *read(file: number): AsyncGenerator<Uint8Array, void, void> {
    this.#hold();
    try {
      yield* readHostPipe(this.kernel, file);
    } finally {
      this.#letGo();
    }
  }

  /** The host's end of a pipe to write to; takes over its reference. */
  writer(file: number): HostPipeWriter {
    return new HostPipeWriter(this.kernel, file);
  }

  /** Opens the network's device to processes; `serve` is called for each time one opens it. To be called once. */
  serveFetch(serve: (door: FetchDoor) => void): void {
    this.#shutFetch = serveFetchDevice(this.kernel, serve);
  }

  /** A waiting promise does not keep Node running, a timer does. */
  #hold(): void {
    if (this.#active++ === 0) this.#keepAlive = setInterval(() => {}, 2 ** 30);
  }

  #letGo(): void {
    if (--this.#active === 0) clearInterval(this.#keepAlive);
  }

  /** Kills what runs and gives the workers back to the pool. */
  async close(): Promise<void> {
    this.kernel.processes.kill(-1, Signal.KILL, 0, 0);
    this.#shutFetch?.();
    this.pool.removeSandbox(this.id);
  }
}

/**
 * A loader for {@link WorkerPool.addModule}: checks and limits the bytes of a command, and compiles them off this thread. `often`: it
 * is a program that many processes run, which have their memory lent.
 */
export function moduleLoader(
  bytes: () => Uint8Array | Promise<Uint8Array>,
  name: string,
  memoryPages: number,
  often = false,
): ModuleLoader {
  return async () => {
    const limited = limitModule(await bytes(), memoryPages, name);
    try {
      const module = often ? borrowMemory(limited) : watchMemory(limited);
      return await WebAssembly.compile(module as Uint8Array<ArrayBuffer>);
    } catch (error) {
      throw new WasiError("module", `${name}: expected a valid module: ${(error as Error).message}`, {
        cause: error,
      });
    }
  };
}
