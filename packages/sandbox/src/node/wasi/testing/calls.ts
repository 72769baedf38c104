/** Makes a command module that makes calls of `wasi_snapshot_preview1` one after another and prints what each answered. */

const I64 = new Set([
  ...["clock_time_get:1", "fd_advise:1", "fd_advise:2", "fd_allocate:1", "fd_allocate:2", "fd_seek:1"],
  ...[
    "fd_filestat_set_size:1",
    "fd_filestat_set_times:1",
    "fd_filestat_set_times:2",
    "fd_pread:3",
    "fd_pwrite:3",
  ],
  ...["fd_fdstat_set_rights:1", "fd_fdstat_set_rights:2", "fd_readdir:3", "path_open:5", "path_open:6"],
  ...["path_filestat_set_times:4", "path_filestat_set_times:5"],
]);

/** A value that a call takes: a number, the bytes of a string as pointer and length, or what an earlier call left. */
export type Argument = number | bigint | string | { load: number } | { load64: number };

/**
 * One step: a call by name; `peek`: print `length` bytes of memory; `poke`: store 32-bit words there; `fill`: set `length`
 * bytes to `value`.
 */
export type Call =
  | readonly ["peek", address: number, length: number]
  | readonly ["poke", address: number, ...words: Argument[]]
  | readonly ["fill", address: number, length: number, value: number]
  | readonly [name: string, ...Argument[]];

/** Addresses that calls may use. */
export const MEM = { fd: (slot: number) => 1024 + slot * 8, out: 2048, vector: 3072, buffer: 8192 } as const;

/** The descriptor that a call left in slot `slot` (an address of {@link MEM}`.fd`). */
export const fd = (slot: number): Argument => ({ load: MEM.fd(slot) });

const ERRNO = 512;
const VECTOR = 528;
const WRITTEN = 544;
const STRINGS = 20_000;

const leb = (value: number): number[] => {
  const low = value & 0x7f;
  return value < 0x80 ? [low] : [low | 0x80, ...leb(value >>> 7)];
};
const sleb = (value: bigint): number[] => {
  const low = Number(value & 0x7fn);
  const rest = value >> 7n;
  if ((rest === 0n && (low & 0x40) === 0) || (rest === -1n && (low & 0x40) !== 0)) return [low];
  return [low | 0x80, ...sleb(rest)];
};
const i32 = (value: number): number[] => [0x41, ...sleb(BigInt(value | 0))];
const name = (text: string): number[] => [...leb(text.length), ...new TextEncoder().encode(text)];
const section = (id: number, bytes: readonly number[]): number[] => [id, ...leb(bytes.length), ...bytes];
const vec = (items: readonly (readonly number[])[]): number[] => [...leb(items.length), ...items.flat()];

/** The one function that answers nothing. */
const NO_ANSWER = "proc_exit";

class Builder {
  readonly #functions = new Map<string, number[]>();
  readonly #data: number[] = [];
  readonly #code: number[] = [];

  constructor() {
    this.#declare("fd_write", [0x7f, 0x7f, 0x7f, 0x7f]);
  }

  #declare(what: string, parameters: number[]): number {
    if (!this.#functions.has(what)) this.#functions.set(what, parameters);
    return [...this.#functions.keys()].indexOf(what);
  }

  call([what, ...args]: Call): void {
    if (what === "peek") {
      this.#print(i32(args[0] as number), args[1] as number);
      return;
    }
    if (what === "poke" || what === "fill") {
      this.#code.push(...(what === "poke" ? poke(args as Argument[]) : fill(args as number[])));
      return;
    }
    const parameters: number[] = [];
    const code: number[] = [];
    for (const arg of args as Argument[]) {
      const values = typeof arg === "string" ? this.#text(arg) : [arg];
      for (const value of values) {
        const wide = I64.has(`${what}:${parameters.length}`);
        parameters.push(wide ? 0x7e : 0x7f);
        code.push(...push(value, wide));
      }
    }
    const index = this.#declare(what, parameters);
    if (what === NO_ANSWER) {
      this.#code.push(...code, 0x10, ...leb(index));
      return;
    }
    this.#code.push(...i32(ERRNO), ...code, 0x10, ...leb(index), 0x36, 2, 0);
    this.#print(i32(ERRNO), 2);
  }

  /** Pointer and length of a string in memory. */
  #text(text: string): number[] {
    const bytes = new TextEncoder().encode(text);
    const at = STRINGS + this.#data.length;
    this.#data.push(...bytes);
    return [at, bytes.length];
  }

  #print(address: number[], length: number): void {
    this.#code.push(...i32(VECTOR), ...address, 0x36, 2, 0, ...i32(VECTOR + 4), ...i32(length), 0x36, 2, 0);
    this.#code.push(...[1, VECTOR, 1, WRITTEN].flatMap(i32), 0x10, 0, 0x1a);
  }

  module(): Uint8Array {
    const functions = [...this.#functions];
    const types = [
      [0x60, 0, 0],
      ...functions.map(([what, types]) => [
        ...[0x60, ...vec(types.map((type) => [type]))],
        ...(what === NO_ANSWER ? [0] : [1, 0x7f]),
      ]),
    ];
    const imports = functions.map(([what], index) => [
      ...name("wasi_snapshot_preview1"),
      ...name(what),
      0,
      index + 1,
    ]);
    const exported = [
      [...name("memory"), 2, 0],
      [...name("_start"), 0, functions.length],
    ];
    const body = [0, ...this.#code, 0x0b];
    return Uint8Array.from([
      ...[0, 0x61, 0x73, 0x6d, 1, 0, 0, 0],
      ...section(1, vec(types)),
      ...section(2, vec(imports)),
      ...section(3, [1, 0]),
      ...section(5, [1, 0, 4]),
      ...section(7, vec(exported)),
      ...section(10, vec([[...leb(body.length), ...body]])),
      ...section(11, vec([[0, ...i32(STRINGS), 0x0b, ...leb(this.#data.length), ...this.#data]])),
    ]);
  }
}

/** i32.store of each word. */
function poke([address, ...words]: Argument[]): number[] {
  return words.flatMap((word, index) => [
    ...i32((address as number) + index * 4),
    ...push(word, false),
    ...[0x36, 2, 0],
  ]);
}

/** memory.fill. */
function fill([address, length, value]: number[]): number[] {
  return [...i32(address as number), ...i32(value as number), ...i32(length as number), 0xfc, 11, 0];
}

function push(value: Argument, wide: boolean): number[] {
  if (typeof value === "object")
    return "load" in value ? [...i32(value.load), 0x28, 2, 0] : [...i32(value.load64), 0x29, 3, 0];
  return wide ? [0x42, ...sleb(BigInt.asIntN(64, BigInt(value as number | bigint)))] : i32(Number(value));
}

/** The module; each call's errno (u16) and each peek's bytes are printed in order. */
export function callsModule(calls: readonly Call[]): Uint8Array {
  const builder = new Builder();
  for (const call of calls) builder.call(call);
  return builder.module();
}

/** What a module of these calls printed: an errno, or the bytes in hexadecimal, per step. */
export function readAnswers(calls: readonly Call[], printed: Uint8Array): (number | string)[] {
  const bytes = Buffer.from(printed);
  let at = 0;
  return calls.map(([what, , length]) => {
    if (what === "poke" || what === "fill") return "";
    const from = at;
    at += what === "peek" ? (length as number) : 2;
    if (at > bytes.length) return "missing";
    return what === "peek" ? bytes.toString("hex", from, at) : bytes.readUInt16LE(from);
  });
}
