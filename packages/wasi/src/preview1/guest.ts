import { Errno } from "@shadowbox/vfs";
import { type Process, ProcessExit } from "../kernel/process.ts";

/** A function of the interface: numbers for i32, bigints for i64; answers an errno. */
export type GuestFunction = (...args: never[]) => number;

/** The functions of one family by name. */
export type GuestFunctions = Record<string, GuestFunction>;

/**
 * The program that a worker runs at present, as the interface sees it: its process and its linear memory. One object
 * serves all programs that a worker runs, one after another, so that the functions need not be made anew.
 */
export class Guest {
  #process: Process | undefined;
  #memory: WebAssembly.Memory | undefined;
  #u8 = new Uint8Array(0);
  #view = new DataView(new ArrayBuffer(0));

  /** Starts to serve a program. */
  bind(process: Process, memory: WebAssembly.Memory): void {
    this.#process = process;
    this.#memory = memory;
    this.#refresh();
  }

  /** Lets go of a program that ended, so that its memory can be collected. */
  release(): void {
    this.#process = undefined;
    this.#memory = undefined;
    this.#u8 = new Uint8Array(0);
    this.#view = new DataView(new ArrayBuffer(0));
  }

  get process(): Process {
    return this.#process as Process;
  }

  #refresh(): void {
    const buffer = (this.#memory as WebAssembly.Memory).buffer;
    this.#u8 = new Uint8Array(buffer);
    this.#view = new DataView(buffer);
  }

  /** All of the memory; a view taken before the guest grew it is detached and shows as empty. */
  get u8(): Uint8Array {
    if (this.#u8.length === 0) this.#refresh();
    return this.#u8;
  }

  get view(): DataView {
    if (this.#u8.length === 0) this.#refresh();
    return this.#view;
  }

  /** The bytes at `pointer`; throws RangeError (EFAULT) beyond the end. */
  bytes(pointer: number, length: number): Uint8Array {
    const { u8 } = this;
    const from = pointer >>> 0;
    const end = from + (length >>> 0);
    if (end > u8.length) throw new RangeError("outside of the memory");
    return u8.subarray(from, end);
  }

  u32(pointer: number): number {
    return this.view.getUint32(pointer >>> 0, true);
  }

  setU32(pointer: number, value: number): void {
    this.view.setUint32(pointer >>> 0, value, true);
  }

  setU64(pointer: number, value: bigint): void {
    this.view.setBigUint64(pointer >>> 0, value, true);
  }

  /** A number up to 2⁵³ as a u64. */
  setU53(pointer: number, value: number): void {
    const at = pointer >>> 0;
    this.view.setUint32(at, value % 2 ** 32, true);
    this.view.setUint32(at + 4, Math.floor(value / 2 ** 32), true);
  }

  /**
   * Wraps functions for import: they enter the kernel, turn an access outside of the memory into EFAULT, and leave the
   * kernel, where a killed process ends.
   */
  guard(functions: GuestFunctions): WebAssembly.ModuleImports {
    const out: Record<string, (...args: number[]) => number> = {};
    for (const [name, body] of Object.entries(functions)) out[name] = this.#guardOne(body);
    return out;
  }

  #guardOne(body: GuestFunction): (...args: number[]) => number {
    const call = body as unknown as (...args: number[]) => number;
    const end = (result: number): number => {
      this.process.leave();
      return result;
    };
    const begin = (): void => this.process.enter();
    // One closure per number of parameters: rest parameters would cost an array a call.
    switch (body.length) {
      case 4:
        return (a, b, c, d) => {
          begin();
          try {
            return end(call(a, b, c, d));
          } catch (error) {
            return end(fault(error));
          }
        };
      case 2:
        return (a, b) => {
          begin();
          try {
            return end(call(a, b));
          } catch (error) {
            return end(fault(error));
          }
        };
      case 5:
        return (a, b, c, d, e) => {
          begin();
          try {
            return end(call(a, b, c, d, e));
          } catch (error) {
            return end(fault(error));
          }
        };
      case 9:
        return (a, b, c, d, e, f, g, h, i) => {
          begin();
          try {
            return end(call(a, b, c, d, e, f, g, h, i));
          } catch (error) {
            return end(fault(error));
          }
        };
      default:
        return (...args) => {
          begin();
          try {
            return end(call(...args));
          } catch (error) {
            return end(fault(error));
          }
        };
    }
  }
}

function fault(error: unknown): number {
  if (error instanceof RangeError && !(error instanceof ProcessExit)) return Errno.EFAULT;
  throw error;
}

/** The errno to hand to a guest of a kernel result: 0 for success. */
export function errnoOf(result: number): number {
  return result < 0 ? -result : 0;
}
