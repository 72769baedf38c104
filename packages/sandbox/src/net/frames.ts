import { decodeText, encodeText } from "@shadowbox/vfs";
import { SandboxError } from "../errors.ts";
import type { HeaderList, HostResponse } from "./host.ts";

/** Version of the protocol over `/dev/shadowbox/fetch` (docs/network.md). */
export const FETCH_VERSION = 1;
/** Frames of a process. */
export const Ask = { REQUEST: 1, DATA: 2, END: 3 } as const;
/** Frames of the host. */
export const Answer = { RESPONSE: 1, DATA: 2, END: 3, ERROR: 4 } as const;

/** u32 length of the payload, u8 version, u8 type, u16 0. */
export const FRAME_HEAD = 8;
/** Payload of a REQUEST, of any other frame. */
const LONGEST = { head: 1 << 20, data: 1 << 20 } as const;

const DECODE = 1;
const BODY = 2;
/** Length of a body that is not known. */
const UNKNOWN = 0xffff_ffff_ffff_ffffn;

export interface Frame {
  readonly type: number;
  readonly payload: Uint8Array;
}

/** What a REQUEST frame says. */
export interface FramedRequest {
  readonly method: string;
  readonly url: string;
  readonly headers: HeaderList;
  readonly decode: boolean;
  readonly hasBody: boolean;
  readonly bodyLength?: number;
  readonly timeMs: number;
  readonly connectMs: number;
}

/** Cuts what a process writes into frames. Throws SandboxError `net-request`. */
export class FrameReader {
  readonly #source: AsyncIterator<Uint8Array>;
  #bytes: Uint8Array = new Uint8Array();
  #ahead: Promise<IteratorResult<Uint8Array>> | undefined;

  constructor(source: AsyncIterable<Uint8Array>) {
    this.#source = source[Symbol.asyncIterator]();
  }

  /** The next frame; `undefined` at the end. */
  async next(): Promise<Frame | undefined> {
    const head = await this.#take(FRAME_HEAD);
    if (head === undefined) return undefined;
    const view = new DataView(head.buffer, head.byteOffset, FRAME_HEAD);
    const [length, version, type] = [view.getUint32(0, true), view.getUint8(4), view.getUint8(5)];
    if (version !== FETCH_VERSION) throw malformed(`expected version ${FETCH_VERSION}, got ${version}`);
    if (length > LONGEST.data) throw malformed(`expected frames up to ${LONGEST.data} bytes, got ${length}`);
    const payload = await this.#take(length);
    return payload && { type, payload };
  }

  async #take(count: number): Promise<Uint8Array | undefined> {
    while (this.#bytes.length < count) {
      const more = await (this.#ahead ?? this.#source.next());
      this.#ahead = undefined;
      if (more.done) return undefined;
      if (this.#bytes.length === 0) this.#bytes = more.value;
      else {
        const both = new Uint8Array(this.#bytes.length + more.value.length);
        both.set(this.#bytes);
        both.set(more.value, this.#bytes.length);
        this.#bytes = both;
      }
    }
    const taken = this.#bytes.subarray(0, count);
    this.#bytes = this.#bytes.subarray(count);
    return taken;
  }

  /** Reads ahead, so that `gone` is called as soon as the process has left. */
  watch(gone: () => void): void {
    this.#ahead ??= this.#source.next();
    void this.#ahead.then(({ done }) => done && gone());
  }

  /** Nothing more will be asked for. */
  async close(): Promise<void> {
    await this.#source.return?.();
  }
}

/** Takes a REQUEST apart: strings are u32 length and bytes. Throws SandboxError `net-request`. */
export function readRequest(payload: Uint8Array): FramedRequest {
  const view = new DataView(payload.buffer, payload.byteOffset, payload.byteLength);
  let at = 0;
  const take = (count: number): number => {
    if (at + count > payload.length) throw malformed("it ends too early");
    at += count;
    return at - count;
  };
  const u32 = () => view.getUint32(take(4), true);
  const bytes = () => {
    const length = u32();
    const start = take(length);
    return payload.subarray(start, start + length);
  };
  const flags = u32();
  const timeMs = u32();
  const length = view.getBigUint64(take(8), true);
  const method = decodeText(bytes());
  const url = decodeText(bytes());
  const count = u32();
  const headers: [string, string][] = [];
  for (let i = 0; i < count; i++) headers.push([latin1(bytes()), latin1(bytes())]);
  // Programs that know no such limit end here.
  const connectMs = at < payload.length ? u32() : 0;
  if (at !== payload.length) throw malformed("it is too long");
  const hasBody = (flags & BODY) !== 0;
  const known = hasBody && length !== UNKNOWN && length < BigInt(Number.MAX_SAFE_INTEGER);
  return {
    ...{ method, url, headers, timeMs, connectMs, hasBody, decode: (flags & DECODE) !== 0 },
    ...(known && { bodyLength: Number(length) }),
  };
}

/** The RESPONSE frame of an answer. */
export function responseFrame(answer: HostResponse): Uint8Array {
  const { status, timing } = answer;
  const micros = (ms: number | undefined) => Math.min(0xffff_ffff, Math.round((ms ?? 0) * 1000));
  const numbers = Uint32Array.of(
    status,
    micros(timing?.resolved),
    micros(timing?.connected),
    micros(timing?.secured),
  );
  const strings = [answer.version, answer.statusText, answer.address ?? ""].map(fromLatin1);
  const fields = answer.headers.flatMap(([name, value]) => [fromLatin1(name), fromLatin1(value)]);
  const parts = [
    new Uint8Array(numbers.buffer),
    ...strings.flatMap(sized),
    u32(answer.headers.length),
    ...fields.flatMap(sized),
  ];
  return frame(Answer.RESPONSE, parts);
}

/** The ERROR frame of a failure: its code without `net-`, and a text. */
export function errorFrame(error: SandboxError): Uint8Array {
  return frame(Answer.ERROR, [error.code.replace(/^net-/, ""), error.message].map(encodeText).flatMap(sized));
}

/** One frame of these parts. */
export function frame(type: number, parts: readonly Uint8Array[] = []): Uint8Array {
  const length = parts.reduce((sum, part) => sum + part.length, 0);
  const bytes = new Uint8Array(FRAME_HEAD + length);
  putHead(bytes, type, length);
  let at = FRAME_HEAD;
  for (const part of parts) {
    bytes.set(part, at);
    at += part.length;
  }
  return bytes;
}

/** Writes what stands before the `length` bytes of a frame's payload. */
export function putHead(bytes: Uint8Array, type: number, length: number): void {
  for (let at = 0; at < 4; at++) bytes[at] = length >>> (8 * at);
  bytes[4] = FETCH_VERSION;
  bytes[5] = type;
}

function u32(value: number): Uint8Array {
  return new Uint8Array(Uint32Array.of(value).buffer);
}

function sized(bytes: Uint8Array): Uint8Array[] {
  return [u32(bytes.length), bytes];
}

function latin1(bytes: Uint8Array): string {
  let text = "";
  for (const byte of bytes) text += String.fromCharCode(byte);
  return text;
}

function fromLatin1(text: string): Uint8Array {
  return Uint8Array.from(text, (character) => character.charCodeAt(0));
}

function malformed(why: string): SandboxError {
  return new SandboxError("net-request", `request: expected frames of the fetch protocol: ${why}`);
}
