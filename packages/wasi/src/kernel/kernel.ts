import {
  Errno,
  encodeText,
  type FileSystem,
  FileType,
  type Heap,
  HeapSlot,
  Namespace,
  type Place,
  SYSTEM_CLOCK,
} from "@shadowbox/vfs";
import { WasiError } from "../errors.ts";
import { type CommandBytes, CommandFileSystem, Commands } from "./commands.ts";
import { sayOverdue } from "./deadlines.ts";
import { DeviceFileSystem } from "./device-fs.ts";
import { Devices } from "./devices.ts";
import {
  Capacity,
  CLOSE_ON_EXEC,
  Header,
  KERNEL_BYTES,
  MAGIC,
  ProcessState,
  ProgramKind,
  Run,
  Slot,
} from "./layout.ts";
import { KernelMemory } from "./memory.ts";
import { OpenFiles } from "./open-files.ts";
import { type Preopen, Preopens } from "./preopens.ts";
import { ProcFileSystem } from "./proc-fs.ts";
import { Process } from "./process.ts";
import { INIT, Processes, type Releaser } from "./processes.ts";
import { ReadOnlyFileSystem } from "./read-only.ts";
import type { Recorder } from "./recorder.ts";

/** Device numbers of the kernel's own mounts. */
const DEV = { device: 10, proc: 11, bin: 12, usrBin: 13 } as const;

/** A file system to mount, and where. */
export interface Mount {
  /** Absolute path; missing directories are made when the kernel is created. */
  path: string;
  fs: FileSystem;
}

/** What a kernel works with in one thread. */
export interface KernelConfig {
  /** The file system at `/`. */
  root: FileSystem;
  /** Mounted besides `/dev`, `/proc`, `/bin` and `/usr/bin`. */
  mounts?: readonly Mount[];
  /** Gives programs the content of `/bin/NAME`; default: they cannot read it. */
  commandBytes?: CommandBytes;
  /** What guests find open instead of `/`, which they then cannot reach; only {@link Kernel.create} looks at it. */
  preopens?: readonly Preopen[];
}

/** Bounds of one sandbox. */
export interface KernelLimits {
  /** Processes at once, at most 512 (the default). */
  processes?: number;
  /** Linear memory of one process in pages of 64 KiB; default 16384 (1 GiB). */
  memoryPages?: number;
}

/** Hands the state of a shell that was forked to the supervisor, which brings it to a shell worker. */
export type Forker = (slot: number, state: unknown) => void;

/** Brings a process that is ready to a worker; answers false if the supervisor must be asked. */
export type Starter = (slot: number) => boolean;

/** The kernel of one sandbox as one thread sees it: its tables are in the shared heap, every attachment acts on the same ones. */
export class Kernel {
  readonly memory: KernelMemory;
  readonly namespace: Namespace;
  readonly files: OpenFiles;
  readonly processes: Processes;
  readonly commands: Commands;
  readonly preopens: Preopens;
  readonly devices = new Devices();
  /** The process that this thread runs. */
  current: Process | undefined;
  #recorder: Recorder | undefined;
  /** Tries to start a process in a sleeping worker. */
  starter: Starter = () => false;
  forker: Forker | undefined;
  /** The file system of `/bin`; a program found on it is a command. */
  readonly commandFileSystems: readonly CommandFileSystem[];
  #host: Process | undefined;
  readonly #deviceFs: DeviceFileSystem;
  readonly #byDev = new Map<number, FileSystem>();
  readonly #mounts: readonly Mount[];
  readonly #releaser: Releaser;

  private constructor(heap: Heap, config: KernelConfig) {
    this.memory = new KernelMemory(heap, heap.root(HeapSlot.KERNEL) >>> 2);
    if (this.memory.base === 0 || this.memory.i32[this.memory.base] !== MAGIC)
      throw new WasiError("kernel", "attach kernel: expected a heap with a kernel of this version, got none");
    this.files = new OpenFiles(this.memory, (dev, node) => this.fileSystem(dev).release(node));
    this.preopens = new Preopens(this.memory, this.files);
    this.processes = new Processes(this.memory);
    this.commands = new Commands(this.memory);
    this.#deviceFs = new DeviceFileSystem(DEV.device, () => this.current);
    const bin = new CommandFileSystem(DEV.bin, this.commands, config.commandBytes);
    const usrBin = new CommandFileSystem(DEV.usrBin, this.commands, config.commandBytes);
    this.commandFileSystems = [bin, usrBin];
    this.#mounts = [
      { path: "/dev", fs: this.#deviceFs },
      { path: "/proc", fs: new ProcFileSystem(DEV.proc, this) },
      { path: "/bin", fs: bin },
      { path: "/usr/bin", fs: usrBin },
      ...(config.mounts ?? []),
    ];
    this.namespace = new Namespace(config.root);
    this.#byDev.set(config.root.dev, config.root);
    for (const { path, fs } of this.#mounts) {
      if (fs instanceof ReadOnlyFileSystem)
        fs.timeNs = this.memory.i64[(this.memory.base + Header.BOOT) >> 1];
      this.#mount(path, fs);
    }
    this.#releaser = {
      closeAll: (slot) => this.#closeAll(slot),
      releaseDirectory: (slot) => this.#releaseDirectory(slot),
    };
  }

  /** Lays the tables out in `heap` and makes the directories to mount on. Throws WasiError `limit` when the heap is too small. */
  static create(heap: Heap, config: KernelConfig, limits: KernelLimits = {}): Kernel {
    heap.enter();
    const pointer = heap.allocRaw(KERNEL_BYTES);
    if (pointer !== 0) heap.setRoot(HeapSlot.KERNEL, pointer);
    heap.leave();
    if (pointer === 0)
      throw new WasiError("limit", `create kernel: expected ${KERNEL_BYTES} bytes in the heap, it is full`);
    const at = pointer >>> 2;
    heap.i32.fill(0, at, at + Header.WORDS);
    heap.i32[at + Header.MAGIC] = MAGIC;
    heap.i32[at + Header.NEXT_PID] = INIT;
    heap.i32[at + Header.PROCESS_LIMIT] = Math.min(
      limits.processes ?? Capacity.PROCESSES,
      Capacity.PROCESSES,
    );
    heap.i32[at + Header.MEMORY_LIMIT] = limits.memoryPages ?? 16384;
    heap.i64[(at + Header.BOOT) >> 1] = BigInt(Date.now()) * 1_000_000n;
    const paths = ["/dev", "/proc", "/bin", "/usr/bin", ...(config.mounts ?? []).map((mount) => mount.path)];
    for (const path of paths) makeDirectories(config.root, path);
    const kernel = new Kernel(heap, config);
    kernel.preopens.create(kernel.namespace, config.preopens);
    const none = { ppid: 0, pgid: 0, session: 0, ignored: 0, module: 0, memoryPages: 0 };
    heap.i32[at + Header.HOST_SLOT] = kernel.processes.create({
      ...none,
      umask: 0o022,
      kind: ProgramKind.SHELL,
    });
    return kernel;
  }

  /** The process as which the host works on files; it never runs, so calls that block are not for it. */
  get host(): Process {
    this.#host ??= this.process(this.memory.i32[this.memory.base + Header.HOST_SLOT]);
    return this.#host;
  }

  /** The kernel that another thread created in `heap`. Throws WasiError `kernel`. */
  static attach(heap: Heap, config: KernelConfig): Kernel {
    return new Kernel(heap, config);
  }

  /** What tells the process that this thread runs time and chance; undefined: the platform does. */
  get recorder(): Recorder | undefined {
    return this.#recorder;
  }
  set recorder(recorder: Recorder | undefined) {
    this.#recorder = recorder;
    this.devices.randomSource = recorder;
    this.memory.heap.clock = recorder ?? SYSTEM_CLOCK;
  }

  #mount(path: string, fs: FileSystem): void {
    const status = this.namespace.mount(encodeText(path), fs);
    if (status < 0)
      throw new WasiError("kernel", `mount "${path}": expected a directory there, got errno ${-status}`);
    this.#byDev.set(fs.dev, fs);
  }

  /** The file system with device number `dev`, which open files name it by. */
  fileSystem(dev: number): FileSystem {
    return this.#byDev.get(dev) as FileSystem;
  }

  /** The process in `slot`, for the thread that runs it. */
  process(slot: number): Process {
    return new Process(this, slot);
  }

  /** The descriptor that `/dev/fd/N` and its like stand for, -1 for other places. */
  descriptorAt(place: Place): number {
    return place.fs === this.#deviceFs ? this.#deviceFs.descriptorOf(place.node) : -1;
  }

  /** The device at a place, 0 if there is none. */
  deviceAt(place: Place): number {
    return place.fs === this.#deviceFs ? this.#deviceFs.deviceOf(place.node) : 0;
  }

  /** Guests have no `/`, only the directories that were opened for them. */
  get confined(): boolean {
    return this.preopens.root < 0;
  }

  /** Working directory of a process. */
  directoryPlace(slot: number): Place {
    const { i32, u32 } = this.memory;
    const dev = i32[slot + Slot.CWD_DEV];
    return dev === 0 ? this.namespace.root : { fs: this.fileSystem(dev), node: u32[slot + Slot.CWD_NODE] };
  }

  /** Physical path of a process's working directory; the one it was reached by if it was removed since. */
  directoryPath(slot: number): Uint8Array {
    const { u32 } = this.memory;
    const path = this.namespace.pathOf(this.directoryPlace(slot));
    if (typeof path !== "number") return path;
    return this.memory.load(u32[slot + Slot.CWD_PATH], u32[slot + Slot.CWD_PATH_LENGTH]);
  }

  /** Gives process `to` the working directory of `from`. */
  inheritDirectory(from: number, to: number): number {
    const { i32, u32 } = this.memory;
    const dev = i32[from + Slot.CWD_DEV];
    if (dev === 0) return 0;
    const length = u32[from + Slot.CWD_PATH_LENGTH];
    const pointer = this.memory.store(this.memory.load(u32[from + Slot.CWD_PATH], length));
    if (pointer < 0) return pointer;
    this.fileSystem(dev).retain(u32[from + Slot.CWD_NODE]);
    i32[to + Slot.CWD_DEV] = dev;
    u32[to + Slot.CWD_NODE] = u32[from + Slot.CWD_NODE];
    u32[to + Slot.CWD_PATH] = pointer;
    u32[to + Slot.CWD_PATH_LENGTH] = length;
    return 0;
  }

  /** Sets the working directory of a process. */
  setDirectory(slot: number, place: Place): number {
    const path = this.namespace.pathOf(place);
    if (typeof path === "number") return path;
    const pointer = this.memory.store(path);
    if (pointer < 0) return pointer;
    place.fs.retain(place.node);
    this.#releaseDirectory(slot);
    const { i32, u32 } = this.memory;
    i32[slot + Slot.CWD_DEV] = place.fs.dev;
    u32[slot + Slot.CWD_NODE] = place.node;
    u32[slot + Slot.CWD_PATH] = pointer;
    u32[slot + Slot.CWD_PATH_LENGTH] = path.length;
    return 0;
  }

  #releaseDirectory(slot: number): void {
    const { i32, u32 } = this.memory;
    const dev = i32[slot + Slot.CWD_DEV];
    if (dev === 0) return;
    this.fileSystem(dev).release(u32[slot + Slot.CWD_NODE]);
    this.memory.free(u32[slot + Slot.CWD_PATH], Math.max(1, u32[slot + Slot.CWD_PATH_LENGTH]));
    i32[slot + Slot.CWD_DEV] = 0;
  }

  #closeAll(slot: number): void {
    sayOverdue(this, slot);
    const { i32 } = this.memory;
    const limit = i32[slot + Slot.FD_LIMIT];
    for (let fd = 0; fd < limit; fd++) {
      const entry = i32[slot + Slot.FDS + fd];
      if (entry === 0) continue;
      i32[slot + Slot.FDS + fd] = 0;
      this.files.release((entry & ~CLOSE_ON_EXEC) - 1);
    }
  }

  /** Ends a process, once, and calls `before` just before its parent is told; false if somebody else ended it. */
  finish(slot: number, status: number, before?: () => void): boolean {
    return this.processes.finish(slot, status, this.#releaser, before);
  }

  /** Ends a process whose end the caller claimed ({@link Processes.claimEnd}). */
  finishClaimed(slot: number, status: number): void {
    this.processes.finishClaimed(slot, status, this.#releaser);
  }

  /** Stores command line and environment of a process to be started. E2BIG, ENOMEM. */
  setArguments(slot: number, argv: readonly Uint8Array[], env: readonly Uint8Array[]): number {
    const strings = [...argv, ...env];
    let size = 8;
    for (const string of strings) size += 4 + string.length;
    if (size > Capacity.ARGUMENTS) return -Errno.E2BIG;
    const blob = new Uint8Array(size);
    const view = new DataView(blob.buffer);
    view.setUint32(0, argv.length, true);
    view.setUint32(4, env.length, true);
    let at = 8;
    for (const string of strings) {
      view.setUint32(at, string.length, true);
      blob.set(string, at + 4);
      at += 4 + string.length;
    }
    const pointer = this.memory.store(blob);
    if (pointer < 0) return pointer;
    this.memory.u32[slot + Slot.ARGUMENTS] = pointer;
    this.memory.u32[slot + Slot.ARGUMENTS_LENGTH] = size;
    return 0;
  }

  /** Command line and environment of a process; empty once it ended. */
  argumentsOf(slot: number): { argv: Uint8Array[]; env: Uint8Array[] } {
    const { u32 } = this.memory;
    const pointer = u32[slot + Slot.ARGUMENTS];
    if (pointer === 0) return { argv: [], env: [] };
    const blob = this.memory.load(pointer, u32[slot + Slot.ARGUMENTS_LENGTH]);
    const view = new DataView(blob.buffer);
    const counts = [view.getUint32(0, true), view.getUint32(4, true)];
    let at = 8;
    const [argv, env] = counts.map((count) => {
      const strings: Uint8Array[] = [];
      for (let i = 0; i < count; i++) {
        const length = view.getUint32(at, true);
        strings.push(blob.subarray(at + 4, at + 4 + length));
        at += 4 + length;
      }
      return strings;
    });
    return { argv, env };
  }

  /** Makes a prepared process visible and brings it to a worker. */
  launch(slot: number): void {
    const { i32 } = this.memory;
    i32[slot + Slot.WORKER] = -1;
    Atomics.store(i32, slot + Slot.STATE, ProcessState.STARTING);
    // Killed while it was prepared, when the supervisor could not yet end it.
    const killed = Atomics.load(i32, slot + Slot.RUN) === Run.KILLED;
    if (!killed && this.starter(slot)) return;
    Atomics.compareExchange(i32, slot + Slot.WORKER, -1, 0);
    this.callSupervisor();
  }

  /** Asks the supervisor to look at the table. */
  callSupervisor(): void {
    const { i32, base } = this.memory;
    Atomics.add(i32, base + Header.REQUEST_SEQ, 1);
    Atomics.notify(i32, base + Header.REQUEST_SEQ);
  }

  /** Makes a prepared shell visible and hands its state to the supervisor. */
  launchByMessage(slot: number, state: unknown): void {
    const { i32 } = this.memory;
    i32[slot + Slot.WORKER] = -1;
    i32[slot + Slot.BY_MESSAGE] = 1;
    Atomics.store(i32, slot + Slot.STATE, ProcessState.STARTING);
    // Killed while it was prepared, when the supervisor could not yet end it.
    if (Atomics.load(i32, slot + Slot.RUN) === Run.KILLED) this.callSupervisor();
    this.forker?.(slot, state);
  }

  /** Takes back a process that was prepared and cannot be started. */
  dropPrepared(slot: number): void {
    this.#releaseDirectory(slot);
    const { u32 } = this.memory;
    if (u32[slot + Slot.ARGUMENTS] !== 0)
      this.memory.free(u32[slot + Slot.ARGUMENTS], u32[slot + Slot.ARGUMENTS_LENGTH]);
    this.processes.discard(slot);
  }

  /** Milliseconds since the epoch at which the kernel was created. */
  get bootTime(): number {
    return Number(this.memory.i64[(this.memory.base + Header.BOOT) >> 1] / 1_000_000n);
  }

  /** Bytes that all of the sandbox can hold. */
  get heapLimit(): number {
    return 65535 * 65536;
  }

  /** Text of `/proc/mounts`. */
  mountLines(): string {
    const lines = this.#mounts.map(({ path }) => `shadowbox ${path} shadowbox ro 0 0\n`);
    return `shadowbox / shadowbox rw 0 0\n${lines.join("")}`;
  }
}

/** Makes a directory and those above it where they are missing. */
function makeDirectories(fs: FileSystem, path: string): void {
  let dir = fs.root;
  for (const part of path.split("/").filter((name) => name !== "")) {
    const name = encodeText(part);
    const found = fs.lookup(dir, name);
    dir = found === -Errno.ENOENT ? fs.create(dir, name, FileType.DIRECTORY, 0o755) : found;
    if (dir < 0) throw new WasiError("kernel", `make directory "${path}": errno ${-dir}`);
  }
}
