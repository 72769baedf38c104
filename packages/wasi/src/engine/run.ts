import { decodeText } from "@shadowbox/vfs";
import { WasiError } from "../errors.ts";
import { Header, Limit, ProgramKind, Slot } from "../kernel/layout.ts";
import { type Process, ProcessExit } from "../kernel/process.ts";
import { Signal, STATUS_SIGNALLED } from "../kernel/signals.ts";
import { Guest } from "../preview1/guest.ts";
import { preview1 } from "../preview1/index.ts";
import { LENDER, MemoryLender, REFUSED, watchMemory } from "./lent-memory.ts";
import { limitModule, PAGE_BYTES } from "./module.ts";

/** Status of a program that was found but cannot be run. */
const CANNOT_RUN = 126;

/** Runs modules in the calling thread, one after another. */
export class ModuleRunner {
  readonly #guest = new Guest();
  readonly #functions = preview1(this.#guest);
  readonly #lender = new MemoryLender();

  /** Runs a process's module to its end; answers its status: 0–255, or 256 + signal. */
  run(process: Process, module: WebAssembly.Module | undefined): number {
    let exports: WebAssembly.Exports | undefined;
    try {
      process.enter();
      const program = module ?? compileFile(process);
      const lent = this.#lender.lend(program);
      const imports = { wasi_snapshot_preview1: this.#functions, ...(lent && { [LENDER]: lent }) };
      const instance = new WebAssembly.Instance(program, imports);
      exports = instance.exports;
      this.#guest.bind(process, exports.memory as WebAssembly.Memory);
      process.leave();
      (exports._start as () => void)();
      process.enter();
      return 0;
    } catch (error) {
      return this.#ended(process, error, exports);
    } finally {
      this.#guest.release();
    }
  }

  /** Makes ready for the next one, when nobody waits for this one any more. */
  rest(): void {
    this.#lender.takeBack();
  }

  #ended(process: Process, error: unknown, exports: WebAssembly.Exports | undefined): number {
    if (error instanceof ProcessExit) {
      if (error.status !== 0 && wasRefused(exports)) process.kernel.memory.noteLimit(Limit.MEMORY);
      return error.status;
    }
    // A guest that was killed meanwhile has no say any more.
    if (!process.tryEnter()) return -1;
    if (error instanceof WasiError) {
      process.complain(error.message);
      return CANNOT_RUN;
    }
    const { signal, text } = trap(error);
    process.complain(`${text}${wantOfMemory(process, exports)}`);
    return STATUS_SIGNALLED + signal;
  }
}

/** A program that traps with this part of its memory in use has most likely asked for more. */
const NEARLY_ALL = 7 / 8;

/** Whether the last wish for more memory was refused, as far as the module tells. */
function wasRefused(exports: WebAssembly.Exports | undefined): boolean {
  return (exports?.[REFUSED] as WebAssembly.Global | undefined)?.value === 1;
}

/** Says so of a program that trapped when it was refused memory, or near its limit, and notes it; else nothing. */
function wantOfMemory(process: Process, exports: WebAssembly.Exports | undefined): string {
  const { memory } = process.kernel;
  const limit = limitOf(process) * PAGE_BYTES;
  const bytes = (exports?.memory as WebAssembly.Memory | undefined)?.buffer.byteLength ?? 0;
  if (bytes < limit * NEARLY_ALL && !wasRefused(exports)) return "";
  memory.noteLimit(Limit.MEMORY);
  return ` (memory: ${bytes >> 20} MiB in use, the limit is ${limit >> 20} MiB)`;
}

/** Pages of linear memory that a process may have. */
function limitOf(process: Process): number {
  const { i32, base } = process.kernel.memory;
  return i32[process.slot + Slot.MEMORY_LIMIT] || i32[base + Header.MEMORY_LIMIT];
}

/** Compiles the module file that a process was started from. */
function compileFile(process: Process): WebAssembly.Module {
  const { i32 } = process.kernel.memory;
  if (i32[process.slot + Slot.KIND] !== ProgramKind.FILE)
    throw new WasiError("module", "expected a worker that holds the module, got one without it");
  const fd = i32[process.slot + Slot.PROGRAM_FD];
  const bytes = readAll(process, fd);
  process.close(fd);
  const name = decodeText(process.args().argv[0] ?? new Uint8Array(0));
  try {
    const limited = limitModule(bytes, limitOf(process), name);
    return new WebAssembly.Module(watchMemory(limited) as Uint8Array<ArrayBuffer>);
  } catch (error) {
    if (error instanceof WasiError) throw error;
    throw new WasiError("module", `${name}: expected a valid module: ${(error as Error).message}`, {
      cause: error,
    });
  }
}

function readAll(process: Process, fd: number): Uint8Array {
  const size = Math.max(0, process.io.seek(fd, 0, 2));
  const bytes = new Uint8Array(size);
  let at = 0;
  while (at < size) {
    const count = process.io.pread(fd, bytes.subarray(at), at);
    if (count <= 0) break;
    at += count;
  }
  return bytes.subarray(0, at);
}

/** The signal that a native program would have died of, and what to say. */
function trap(error: unknown): { signal: number; text: string } {
  const message = error instanceof Error ? error.message : String(error);
  if (error instanceof RangeError) return { signal: Signal.SEGV, text: `stack overflow (${message})` };
  if (/out of bounds|table index|null function|indirect call/.test(message))
    return { signal: Signal.SEGV, text: `trap: ${message}` };
  if (/divide|remainder|unrepresentable|float/.test(message))
    return { signal: Signal.FPE, text: `trap: ${message}` };
  return { signal: Signal.ABRT, text: `trap: ${message}` };
}
