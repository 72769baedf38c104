import { sha256 } from "@noble/hashes/sha2.js";
import { bytesToHex } from "@noble/hashes/utils.js";
import { concat, crc32, decodeText, encodeText, type JournalStorage } from "@shadowbox/vfs";
import { WorkspaceError } from "../errors.ts";
import { type Frame, namesIn, type SnapshotStore } from "./store.ts";

/** Bytes of all frames; above that the older half goes. They are in memory, too. */
const MOST_BYTES = 64 << 20;

/** Lengths of a frame's JSON and of its contents, checksum of both; little-endian. */
const HEAD = 12;

/** Snapshots in a storage that is read as a whole; without one they end with the sandbox. What a crash cut off is left out. */
export class KeptSnapshots implements SnapshotStore {
  readonly mostBytes = MOST_BYTES;
  readonly #storage: JournalStorage | undefined;
  #frames: Frame[] = [];
  #contents = new Map<string, Uint8Array>();
  #size = 0;

  constructor(storage?: JournalStorage) {
    this.#storage = storage;
    const bytes = storage?.read() ?? new Uint8Array();
    for (let frame = readFrame(bytes, 0); frame !== undefined; frame = readFrame(bytes, this.#size))
      this.#add(frame.frame, frame.body, frame.end);
    if (this.#size < bytes.length) storage?.truncate(this.#size);
  }

  #add(frame: Frame, body: Uint8Array, end: number): void {
    let at = 0;
    for (const [name, size] of frame.blobs) {
      this.#contents.set(name, body.slice(at, at + size));
      at += size;
    }
    this.#frames.push(frame);
    this.#size = end;
  }

  get frames(): readonly Frame[] {
    return this.#frames;
  }

  get size(): number {
    return this.#size;
  }

  nameOf(bytes: Uint8Array): string {
    return bytesToHex(sha256(bytes));
  }

  has(blob: string): boolean {
    return this.#contents.has(blob);
  }

  read(blob: string): Uint8Array {
    const bytes = this.#contents.get(blob);
    if (bytes !== undefined) return bytes;
    throw new WorkspaceError("state", `read a snapshot: its content ${blob.slice(0, 12)} is missing`);
  }

  append(frame: Omit<Frame, "blobs">, contents: ReadonlyMap<string, Uint8Array>): void {
    const { bytes, whole, body } = writeFrame(frame, contents);
    this.#storage?.append(bytes);
    this.#storage?.sync();
    this.#add(whole, body, this.#size + bytes.length);
  }

  rewrite(frames: readonly Frame[]): void {
    const kept = new Set<string>();
    const written = frames.map((frame) => {
      const contents = new Map<string, Uint8Array>();
      for (const blob of namesIn(frame))
        if (this.has(blob) && !kept.has(blob)) contents.set(blob, this.read(blob));
      for (const blob of contents.keys()) kept.add(blob);
      return writeFrame(frame, contents);
    });
    this.#storage?.replace(concat(written.map(({ bytes }) => bytes)));
    [this.#frames, this.#contents, this.#size] = [[], new Map(), 0];
    for (const { whole, body, bytes } of written) this.#add(whole, body, this.#size + bytes.length);
  }
}

function writeFrame(frame: Omit<Frame, "blobs">, contents: ReadonlyMap<string, Uint8Array>) {
  const blobs = [...contents].map(([name, bytes]): [string, number] => [name, bytes.length]);
  const whole: Frame = { ...frame, blobs };
  const header = encodeText(JSON.stringify(whole));
  const body = concat([...contents.values()]);
  const bytes = concat([new Uint8Array(HEAD), header, body]);
  const head = new DataView(bytes.buffer);
  for (const [at, word] of [header.length, body.length, crc32(bytes.subarray(HEAD))].entries())
    head.setUint32(4 * at, word, true);
  return { bytes, whole, body };
}

/** The whole frame at a place, if there is one. */
function readFrame(
  bytes: Uint8Array,
  at: number,
): { frame: Frame; body: Uint8Array; end: number } | undefined {
  if (at + HEAD > bytes.length) return undefined;
  const head = new DataView(bytes.buffer, bytes.byteOffset + at, HEAD);
  const [header, body, check] = [0, 4, 8].map((place) => head.getUint32(place, true)) as [
    number,
    number,
    number,
  ];
  const start = at + HEAD;
  const end = start + header + body;
  if (end > bytes.length || crc32(bytes.subarray(start, end)) !== check) return undefined;
  const frame = JSON.parse(decodeText(bytes.subarray(start, start + header))) as Frame;
  return { frame, body: bytes.subarray(start + header, end), end };
}
