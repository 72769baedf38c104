import { concat } from "@shadowbox/vfs";
import { WorkspaceError } from "../errors.ts";

/** A prefix code: how many codes there are of each length, and their symbols in order. */
interface Code {
  counts: Uint16Array;
  symbols: Uint16Array;
}

/** Bytes that a stored block holds at most. */
const STORED = 0xffff;
/** The order in which a block's code for its codes comes (RFC 1951, 3.2.7). */
const ORDER = [16, 17, 18, 0, 8, 7, 9, 6, 10, 5, 11, 4, 12, 3, 13, 2, 14, 1, 15];
const END_OF_BLOCK = 256;

/** zlib's format (RFC 1950) with the bytes as they are. */
export function store(bytes: Uint8Array): Uint8Array {
  const parts: Uint8Array[] = [Uint8Array.of(0x78, 0x01)];
  for (let at = 0; at === 0 || at < bytes.length; at += STORED) {
    const block = bytes.subarray(at, at + STORED);
    const { length } = block;
    const isLast = at + STORED >= bytes.length ? 1 : 0;
    parts.push(Uint8Array.of(isLast, length & 255, length >> 8, ~length & 255, (~length >> 8) & 255), block);
  }
  const sum = adler32(bytes);
  parts.push(Uint8Array.of(sum >>> 24, sum >>> 16, sum >>> 8, sum));
  return concat(parts);
}

/** Undoes {@link store} and zlib's compression. Throws WorkspaceError `invalid` for what is damaged or gives other than `size` bytes. */
export function inflate(packed: Uint8Array, size: number): Uint8Array {
  const bits = new Bits(packed);
  const [method, flags] = [bits.take(8), bits.take(8)];
  if ((method & 15) !== 8 || (method * 256 + flags) % 31 !== 0 || (flags & 32) !== 0) damaged();
  const out = new Output(size);
  for (let isLast = 0; isLast === 0; ) {
    isLast = bits.take(1);
    const type = bits.take(2);
    if (type === 0) out.bytes(bits.stored());
    else if (type === 1) unpackBlock(bits, out, ...FIXED);
    else if (type === 2) unpackBlock(bits, out, ...readCodes(bits));
    else damaged();
  }
  const sum = bits.bytes(4).reduce((value, byte) => value * 256 + byte, 0);
  const bytes = out.finish();
  return sum === adler32(bytes) ? bytes : damaged();
}

function damaged(): never {
  throw new WorkspaceError(
    "invalid",
    "unpack: expected deflated bytes, got something else or a part of them",
  );
}

function adler32(bytes: Uint8Array): number {
  let [a, b] = [1, 0];
  for (const byte of bytes) {
    a = (a + byte) % 65521;
    b = (b + a) % 65521;
  }
  return b * 65536 + a;
}

class Bits {
  readonly #packed: Uint8Array;
  #at = 0;
  #held = 0;
  #count = 0;

  constructor(packed: Uint8Array) {
    this.#packed = packed;
  }

  /** The next bits, up to 16, the first of them lowest. */
  take(count: number): number {
    while (this.#count < count) {
      this.#held |= (this.#packed[this.#at++] ?? damaged()) << this.#count;
      this.#count += 8;
    }
    const value = this.#held & ((1 << count) - 1);
    this.#held >>>= count;
    this.#count -= count;
    return value;
  }

  /** Whole bytes; what is left of the one that was begun is skipped. */
  bytes(length: number): Uint8Array {
    [this.#held, this.#count] = [0, 0];
    const bytes = this.#packed.subarray(this.#at, this.#at + length);
    this.#at += length;
    return bytes.length === length ? bytes : damaged();
  }

  stored(): Uint8Array {
    const [low = 0, high = 0, notLow = 0, notHigh = 0] = this.bytes(4);
    if ((low ^ notLow) !== 255 || (high ^ notHigh) !== 255) damaged();
    return this.bytes(high * 256 + low);
  }

  symbol({ counts, symbols }: Code): number {
    let [code, first, index] = [0, 0, 0];
    for (let length = 1; length <= 15; length++) {
      code |= this.take(1);
      const count = counts[length] as number;
      if (code - count < first) return symbols[index + code - first] as number;
      index += count;
      first = (first + count) << 1;
      code <<= 1;
    }
    return damaged();
  }
}

class Output {
  readonly #bytes: Uint8Array;
  #at = 0;

  constructor(size: number) {
    this.#bytes = new Uint8Array(size);
  }

  byte(byte: number): void {
    if (this.#at === this.#bytes.length) damaged();
    this.#bytes[this.#at++] = byte;
  }

  bytes(bytes: Uint8Array): void {
    if (this.#at + bytes.length > this.#bytes.length) damaged();
    this.#bytes.set(bytes, this.#at);
    this.#at += bytes.length;
  }

  /** What came `distance` bytes ago once more; it may overlap with itself. */
  copy(distance: number, length: number): void {
    if (distance > this.#at) damaged();
    for (let i = 0; i < length; i++) this.byte(this.#bytes[this.#at - distance] as number);
  }

  finish(): Uint8Array {
    return this.#at === this.#bytes.length ? this.#bytes : damaged();
  }
}

function codeOf(lengths: ArrayLike<number>): Code {
  const all = Array.from(lengths);
  const counts = new Uint16Array(16);
  for (const length of all) if (length > 0) counts[length] = (counts[length] as number) + 1;
  const symbols = all.map((length, symbol) => ({ length, symbol })).filter(({ length }) => length > 0);
  // A stable sort keeps the symbols of one length in their order.
  symbols.sort((a, b) => a.length - b.length);
  return { counts, symbols: Uint16Array.from(symbols, ({ symbol }) => symbol) };
}

const FIXED = [
  codeOf(Array.from({ length: 288 }, (_, i) => (i < 144 ? 8 : i < 256 ? 9 : i < 280 ? 7 : 8))),
  codeOf(new Array(30).fill(5)),
] as const;

/** The codes of a block for literals with lengths, and for distances. */
function readCodes(bits: Bits): [Code, Code] {
  const [literals, distances, count] = [bits.take(5) + 257, bits.take(5) + 1, bits.take(4) + 4];
  const order = new Uint8Array(19);
  for (let i = 0; i < count; i++) order[ORDER[i] as number] = bits.take(3);
  const code = codeOf(order);
  const lengths: number[] = [];
  while (lengths.length < literals + distances) {
    const symbol = bits.symbol(code);
    if (symbol < 16) lengths.push(symbol);
    else if (symbol === 16) repeat(lengths, lengths.at(-1) ?? damaged(), 3 + bits.take(2));
    else repeat(lengths, 0, symbol === 17 ? 3 + bits.take(3) : 11 + bits.take(7));
  }
  if (lengths.length > literals + distances) damaged();
  return [codeOf(lengths.slice(0, literals)), codeOf(lengths.slice(literals))];
}

function repeat(lengths: number[], length: number, count: number): void {
  for (let i = 0; i < count; i++) lengths.push(length);
}

function unpackBlock(bits: Bits, out: Output, literals: Code, distances: Code): void {
  for (let symbol = bits.symbol(literals); symbol !== END_OF_BLOCK; symbol = bits.symbol(literals)) {
    if (symbol < END_OF_BLOCK) {
      out.byte(symbol);
      continue;
    }
    const length = symbol === 285 ? 258 : 3 + stepped(bits, symbol - 257, 4);
    out.copy(1 + stepped(bits, bits.symbol(distances), 2), length);
  }
}

/** A number by its class: each `steps` classes take one more bit (RFC 1951, 3.2.5). */
function stepped(bits: Bits, kind: number, steps: 2 | 4): number {
  if (kind >= 30) damaged();
  if (kind < 2 * steps) return kind;
  const extra = Math.floor(kind / steps) - 1;
  return ((steps + (kind % steps)) << extra) + bits.take(extra);
}
