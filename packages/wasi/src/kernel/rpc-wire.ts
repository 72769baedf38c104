/** The wire form of host services: little-endian numbers, strings as u32 length and bytes. */

export const RPC_VERSION = 1;
/** Bytes of the longest request or reply. */
export const RPC_LIMIT = 1024 * 1024;
/** u32 total length (these four bytes included), u16 version, u16 operation or errno. */
export const RPC_HEADER = 8;

/** Operations of host services. */
export const Op = {
  HELLO: 1,
  STAT: 2,
  CHMOD: 3,
  CHOWN: 4,
  UMASK: 5,
  SPAWN: 6,
  WAIT: 7,
  KILL: 8,
  PIPE: 9,
  GETPID: 10,
  TTYSIZE: 11,
  FSTAT: 12,
  FCHMOD: 13,
  MKFIFO: 14,
  PS: 15,
  DUP2: 16,
  OPEN: 17,
  READ: 18,
  WRITE: 19,
  CLOSE: 20,
  SEEK: 21,
  READLINK: 22,
  SYMLINK: 23,
  READDIR: 24,
  SIGNAL: 25,
  SIGNALS: 26,
  ALARM: 27,
  FULL: 28,
} as const;

/** Thrown when a request ends too early or has bytes left over: EINVAL. */
export class MalformedRequest extends Error {
  override readonly name = "MalformedRequest";
}

/** A number of 32 bits; a view for it would cost more than the reading. */
export function u32At(bytes: Uint8Array, at: number): number {
  return (bytes[at] | (bytes[at + 1] << 8) | (bytes[at + 2] << 16) | (bytes[at + 3] << 24)) >>> 0;
}

/** Takes a request's payload apart. */
export class RequestReader {
  readonly #bytes: Uint8Array;
  #at = RPC_HEADER;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
  }

  #take(count: number): number {
    const at = this.#at;
    if (at + count > this.#bytes.length) throw new MalformedRequest("request too short");
    this.#at += count;
    return at;
  }

  u32(): number {
    return u32At(this.#bytes, this.#take(4));
  }

  /** Whether anything is left. */
  more(): boolean {
    return this.#at < this.#bytes.length;
  }

  i32(): number {
    return this.u32() | 0;
  }

  u64(): bigint {
    const low = BigInt(this.u32());
    return low | (BigInt(this.u32()) << 32n);
  }

  string(): Uint8Array {
    const length = this.u32();
    const at = this.#take(length);
    return this.#bytes.slice(at, at + length);
  }

  /** As many items as a number in front says. */
  list<T>(item: () => T): T[] {
    const count = this.u32();
    if (count > this.#bytes.length) throw new MalformedRequest("list longer than the request");
    const out: T[] = [];
    for (let i = 0; i < count; i++) out.push(item());
    return out;
  }

  end(): void {
    if (this.#at !== this.#bytes.length) throw new MalformedRequest("request too long");
  }
}

/** Puts a reply together; one writer serves many, one after another. */
export class ReplyWriter {
  #bytes = new Uint8Array(128);
  #view = new DataView(this.#bytes.buffer);
  #at = RPC_HEADER;

  #room(count: number): number {
    const at = this.#at;
    this.#at += count;
    if (this.#at > this.#bytes.length) {
      const bytes = new Uint8Array(Math.max(this.#at, this.#bytes.length * 2));
      bytes.set(this.#bytes);
      this.#bytes = bytes;
      this.#view = new DataView(bytes.buffer);
    }
    return at;
  }

  u16(value: number): this {
    const at = this.#room(2);
    this.#view.setUint16(at, value, true);
    return this;
  }

  u32(value: number): this {
    const at = this.#room(4);
    this.#view.setUint32(at, value, true);
    return this;
  }

  u64(value: bigint | number): this {
    const at = this.#room(8);
    if (typeof value === "number") {
      this.#view.setUint32(at, value % 2 ** 32, true);
      this.#view.setUint32(at + 4, Math.floor(value / 2 ** 32), true);
    } else this.#view.setBigUint64(at, BigInt.asUintN(64, value), true);
    return this;
  }

  string(bytes: Uint8Array): this {
    this.u32(bytes.length);
    const at = this.#room(bytes.length);
    this.#bytes.set(bytes, at);
    return this;
  }

  /** Starts another reply; what finish() gave before is no longer valid. */
  reset(): this {
    this.#at = RPC_HEADER;
    return this;
  }

  /** The whole reply, valid until reset(); one with an errno carries nothing else. */
  finish(errno: number): Uint8Array {
    if (errno !== 0) this.#at = RPC_HEADER;
    this.#view.setUint32(0, this.#at, true);
    this.#view.setUint16(4, RPC_VERSION, true);
    this.#view.setUint16(6, errno, true);
    return this.#bytes.subarray(0, this.#at);
  }
}
