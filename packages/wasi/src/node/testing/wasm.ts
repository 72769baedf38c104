/** Makes small WebAssembly modules byte by byte, so that tests need no compiler. */

const name = (text: string): number[] => [text.length, ...new TextEncoder().encode(text)];
const section = (id: number, bytes: readonly number[]): number[] => [id, ...leb(bytes.length), ...bytes];

/** Unsigned LEB128. */
export function leb(value: number): number[] {
  const low = value & 0x7f;
  return value < 0x80 ? [low] : [low | 0x80, ...leb(value >>> 7)];
}

/** Signed LEB128, for `i32.const`. */
function sleb(value: number): number[] {
  const low = value & 0x7f;
  const rest = value >> 7;
  if ((rest === 0 && (low & 0x40) === 0) || (rest === -1 && (low & 0x40) !== 0)) return [low];
  return [low | 0x80, ...sleb(rest)];
}

/** Instructions. */
export const op = {
  i32: (value: number): number[] => [0x41, ...sleb(value)],
  call: (index: number): number[] => [0x10, ...leb(index)],
  drop: [0x1a],
  unreachable: [0x00],
  /** Loads the i32 at `address`. */
  load: (address: number): number[] => [...op.i32(address), 0x28, 2, 0],
  /** Stores the i32 that `value` pushes at `address`. */
  store: (address: number, value: number[]): number[] => [...op.i32(address), ...value, 0x36, 2, 0],
  /** Repeats `body` for ever, or until `breakIf` (which `body` may contain) leaves. */
  loop: (body: number[]): number[] => [0x02, 0x40, 0x03, 0x40, ...body, 0x0c, 0, 0x0b, 0x0b],
  /** Leaves the loop when the top of the stack is 0. */
  breakIfZero: [0x45, 0x0d, 1],
  divide: [0x6d],
  grow: [0x40, 0],
} as const;

/** A module to be made: functions of the interface (all with i32 parameters and result, but `proc_exit`) and the body of `_start`. */
export interface Module {
  imports?: readonly (readonly [name: string, parameters: number])[];
  start: readonly number[];
  data?: readonly (readonly [address: number, text: string])[];
  pages?: number;
  exportsStart?: boolean;
}

/** The bytes of a WASI command; import number n is function n. */
export function wasiModule(module: Module): Uint8Array {
  const imports = module.imports ?? [];
  const types = [
    [0x60, 0, 0],
    ...imports.map(([what, count]) => [
      0x60,
      count,
      ...Array.from({ length: count }, () => 0x7f),
      ...(what === "proc_exit" ? [0] : [1, 0x7f]),
    ]),
  ];
  const entries = imports.map(([what], index) => [
    ...name("wasi_snapshot_preview1"),
    ...name(what),
    0,
    index + 1,
  ]);
  const code = [0, ...module.start, 0x0b];
  const exported = [[...name("memory"), 2, 0]];
  if (module.exportsStart !== false) exported.push([...name("_start"), 0, imports.length]);
  const data = (module.data ?? []).map(([address, text]) => {
    const bytes = [...new TextEncoder().encode(text)];
    return [0, ...op.i32(address), 0x0b, ...leb(bytes.length), ...bytes];
  });
  return Uint8Array.from([
    ...[0, 0x61, 0x73, 0x6d, 1, 0, 0, 0],
    ...section(1, [...leb(types.length), ...types.flat()]),
    ...(imports.length > 0 ? section(2, [...leb(entries.length), ...entries.flat()]) : []),
    ...section(3, [1, 0]),
    ...section(5, [1, 0, ...leb(module.pages ?? 1)]),
    ...section(7, [exported.length, ...exported.flat()]),
    ...section(10, [1, ...leb(code.length), ...code]),
    ...(data.length > 0 ? section(11, [...leb(data.length), ...data.flat()]) : []),
  ]);
}

const FD_WRITE = ["fd_write", 4] as const;
const FD_READ = ["fd_read", 4] as const;
const PROC_EXIT = ["proc_exit", 1] as const;

/** Prints `text` and exits with `status`. */
export function printer(text: string, status = 0): Uint8Array {
  const length = new TextEncoder().encode(text).length;
  const start = [
    ...op.store(0, op.i32(64)),
    ...op.store(4, op.i32(length)),
    ...[1, 0, 1, 8].flatMap((value) => op.i32(value)),
    ...op.call(0),
    ...op.drop,
    ...op.i32(status),
    ...op.call(1),
  ];
  return wasiModule({ imports: [FD_WRITE, PROC_EXIT], start, data: [[64, text]] });
}

/** Copies standard input to standard output, 4 KiB at a time. */
export function copier(): Uint8Array {
  const io = (index: number, fd: number): number[] => [
    ...[fd, 0, 1, 8].flatMap((value) => op.i32(value)),
    ...op.call(index),
    ...op.drop,
  ];
  const start = op.loop([
    ...op.store(0, op.i32(1024)),
    ...op.store(4, op.i32(4096)),
    ...io(0, 0),
    ...op.load(8),
    ...op.breakIfZero,
    ...op.store(4, op.load(8)),
    ...io(1, 1),
  ]);
  return wasiModule({ imports: [FD_READ, FD_WRITE], start });
}

/** Writes lines to standard output for ever, whatever the outcome. */
export function yes(): Uint8Array {
  const text = "y\n".repeat(2048);
  const start = op.loop([
    ...op.store(0, op.i32(64)),
    ...op.store(4, op.i32(text.length)),
    ...[1, 0, 1, 8].flatMap((value) => op.i32(value)),
    ...op.call(0),
    ...op.drop,
  ]);
  return wasiModule({ imports: [FD_WRITE], start, data: [[64, text]] });
}

/** Runs for ever without a system call. */
export function spinner(): Uint8Array {
  return wasiModule({ start: op.loop([]) });
}
