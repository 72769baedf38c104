import { VfsError } from "../errors.ts";
import type { TreeFileSystem } from "../tree/tree.ts";
import { crc32, Reader, Writer } from "./codec.ts";
import { collectAll, collectDirty } from "./collect.ts";
import { type JournalRecord, readRecord, writeRecord } from "./records.ts";
import { JournalState } from "./restore.ts";

/** Where a journal's bytes live. All calls are synchronous; they throw what the platform throws. */
export interface JournalStorage {
  /** The whole content, empty when there is none. */
  read(): Uint8Array;
  append(bytes: Uint8Array): void;
  /** What was appended is on the disk when this returns. */
  sync(): void;
  /** Cuts everything from `length` on. */
  truncate(length: number): void;
  /** The new content stands in the old one's place, all or nothing. */
  replace(bytes: Uint8Array): void;
}

const MAGIC = 0x4a584253; // "SBXJ"
/** Of the format; a journal of a newer one is refused. */
export const JOURNAL_VERSION = 1;
const HEADER = 16;
/** Length, checksum, last-of-its-batch. */
const FRAME = 12;
const FRAME_BYTES = 8 << 20;

/** What was found on opening. */
export interface JournalReport {
  /** Bytes of an unfinished write that were cut off; 0 after a clean end. */
  cut: number;
  bytes: number;
}

/**
 * The tree's memory between sessions: one append-only file of checksummed frames. A batch (all that changed since the last
 * flush) counts only when its last frame is whole, so a crash leaves the state of one flush or of the one before.
 */
export class Journal {
  readonly #storage: JournalStorage;
  #bytes: number;
  #bytesAfterCompaction: number;
  /** A write failed: the tree says that it was saved, the storage does not have it. */
  #isBehind = false;

  private constructor(storage: JournalStorage, bytes: number) {
    this.#storage = storage;
    this.#bytes = bytes;
    this.#bytesAfterCompaction = bytes;
  }

  /**
   * Reads a journal. The tree is not touched: pass `state` to `restoreTree`. An unfinished tail is cut off (`report`).
   * Throws VfsError `newer-format`, `corrupt` (a file that is no journal).
   */
  static open(storage: JournalStorage): { journal: Journal; state: JournalState; report: JournalReport } {
    const bytes = storage.read();
    const state = new JournalState();
    const header = fileHeader();
    if (bytes.length < HEADER && bytes.every((byte, i) => byte === header[i])) {
      storage.replace(header);
      return { journal: new Journal(storage, HEADER), state, report: { cut: bytes.length, bytes: HEADER } };
    }
    checkHeader(bytes);
    const end = replay(bytes, state);
    if (end < bytes.length) storage.truncate(end);
    return { journal: new Journal(storage, end), state, report: { cut: bytes.length - end, bytes: end } };
  }

  /**
   * Writes what changed in the tree since the last flush and makes it durable; bytes written, 0 if nothing changed. When the
   * storage throws, what it had stays whole, and the next flush writes everything.
   */
  flush(fs: TreeFileSystem): number {
    if (this.#isBehind) {
      this.compact(fs);
      return this.#bytes;
    }
    this.#isBehind = true;
    const batch = new Batch();
    collectDirty(fs, (record) => batch.add(record));
    const frames = batch.finish();
    const wrote = frames.reduce((sum, frame) => sum + frame.length, 0);
    if (this.#bytes + wrote > MOST) {
      this.compact(fs);
      return this.#bytes;
    }
    for (const frame of frames) this.#storage.append(frame);
    if (wrote > 0) this.#storage.sync();
    this.#isBehind = false;
    this.#bytes += wrote;
    if (this.#bytes > 4 * this.#bytesAfterCompaction + COMPACT_ABOVE) this.compact(fs);
    return wrote;
  }

  /** Rewrites the journal with the tree's present state only. */
  compact(fs: TreeFileSystem): void {
    this.#isBehind = true;
    const batch = new Batch();
    collectAll(fs, (record) => batch.add(record));
    const frames = batch.finish();
    const bytes = new Uint8Array(frames.reduce((sum, frame) => sum + frame.length, HEADER));
    bytes.set(fileHeader());
    let at = HEADER;
    for (const frame of frames) {
      bytes.set(frame, at);
      at += frame.length;
    }
    this.#storage.replace(bytes);
    this.#isBehind = false;
    this.#bytes = this.#bytesAfterCompaction = bytes.length;
  }
}

/** A journal below this is not worth rewriting. */
const COMPACT_ABOVE = 16 << 20;
/** What is larger is written anew, if that makes it smaller: it must be read as one piece, of which there are none over 4 GiB. */
const MOST = 3 * 1024 ** 3;

function fileHeader(): Uint8Array {
  const header = new Writer();
  for (const word of [MAGIC, JOURNAL_VERSION, 0, 0]) header.u32(word);
  return header.bytes();
}

function checkHeader(bytes: Uint8Array): void {
  const header = new Reader(bytes);
  const [magic, version] = bytes.length < HEADER ? [0, 0] : [header.u32(), header.u32()];
  if (magic !== MAGIC)
    throw new VfsError(
      "corrupt",
      "open journal: expected a Shadowbox journal, got another kind of file, or a damaged one",
    );
  if (version > JOURNAL_VERSION)
    throw new VfsError(
      "newer-format",
      `open journal: expected format ${JOURNAL_VERSION} or older, got ${version}; use the newer Shadowbox that wrote it`,
    );
}

/** Applies every whole batch; the offset after the last of them. */
function replay(bytes: Uint8Array, state: JournalState): number {
  let end = HEADER;
  let pending: JournalRecord[] = [];
  for (let at = HEADER; at + FRAME <= bytes.length; ) {
    const frame = new Reader(bytes.subarray(at, at + FRAME));
    const [length, checksum, last] = [frame.u32(), frame.u32(), frame.u32()];
    const payload = bytes.subarray(at + FRAME, at + FRAME + length);
    if (payload.length < length || crc32(payload) !== checksum) break;
    const records = new Reader(payload);
    while (!records.done) pending.push(readRecord(records));
    at += FRAME + length;
    if (last !== 1) continue;
    for (const record of pending) state.apply(record);
    pending = [];
    end = at;
  }
  return end;
}

/** Records packed into frames of bounded size. */
class Batch {
  #writer = new Writer();
  readonly #payloads: Uint8Array[] = [];

  add(record: JournalRecord): void {
    writeRecord(this.#writer, record);
    if (this.#writer.length < FRAME_BYTES) return;
    this.#payloads.push(this.#writer.bytes());
    this.#writer = new Writer();
  }

  finish(): Uint8Array[] {
    if (this.#writer.length > 0) this.#payloads.push(this.#writer.bytes());
    return this.#payloads.map((payload, i) => {
      const frame = new Uint8Array(FRAME + payload.length);
      const head = new Writer();
      for (const word of [payload.length, crc32(payload), i === this.#payloads.length - 1 ? 1 : 0])
        head.u32(word);
      frame.set(head.bytes());
      frame.set(payload, FRAME);
      return frame;
    });
  }
}
