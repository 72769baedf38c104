import { WasiError } from "../errors.ts";

/** The sections of a module's binary form that have a number of their own here (WebAssembly 2.0, section 5.5). */
export const Section = {
  CUSTOM: 0,
  TYPE: 1,
  IMPORT: 2,
  FUNCTION: 3,
  MEMORY: 5,
  GLOBAL: 6,
  EXPORT: 7,
  CODE: 10,
} as const;

/** Reads the LEB128 numbers and vectors of a module's binary form (WebAssembly 2.0, section 5). */
export class Reader {
  readonly bytes: Uint8Array;
  at: number;
  readonly end: number;

  constructor(bytes: Uint8Array, at: number, end: number) {
    this.bytes = bytes;
    this.at = at;
    this.end = end;
  }

  byte(): number {
    if (this.at >= this.end) throw new WasiError("module", "read module: expected a byte, got its end");
    return this.bytes[this.at++];
  }

  u32(): number {
    let value = 0;
    for (let shift = 0; shift < 64; shift += 7) {
      const byte = this.byte();
      value += (byte & 0x7f) * 2 ** shift;
      if ((byte & 0x80) === 0) return value;
    }
    throw new WasiError("module", "read module: expected a number of at most 64 bits, got a longer one");
  }

  skip(count: number): void {
    this.at += count;
    if (this.at > this.end) throw new WasiError("module", "read module: a section reaches over its end");
  }

  name(): string {
    const length = this.u32();
    const from = this.at;
    this.skip(length);
    return new TextDecoder().decode(this.bytes.slice(from, this.at));
  }

  /** Flags, minimum and maximum of a memory or table. */
  limits(): { flags: number; min: number; max: number | undefined } {
    const flags = this.byte();
    const min = this.u32();
    return { flags, min, max: flags & 1 ? this.u32() : undefined };
  }
}

/** A number as unsigned LEB128. */
export function leb(value: number): number[] {
  const out: number[] = [];
  let rest = value;
  do {
    const low = rest & 0x7f;
    rest >>>= 7;
    out.push(rest === 0 ? low : low | 0x80);
  } while (rest !== 0);
  return out;
}

/** Bytes behind their number. */
export function sized(bytes: readonly number[]): number[] {
  return [...leb(bytes.length), ...bytes];
}

/** A name, as modules spell it: UTF-8 behind its length. */
export function text(value: string): number[] {
  return sized([...new TextEncoder().encode(value)]);
}
