import { VfsError } from "../errors.ts";
import { crc32, Reader, Writer } from "./codec.ts";
import type { JournalStorage } from "./journal.ts";

/** A file that is read and written in place, as OPFS's synchronous access handles are. */
export interface SyncFile {
  read(into: Uint8Array<ArrayBuffer>, options: { at: number }): number;
  write(bytes: Uint8Array<ArrayBuffer>, options: { at: number }): number;
  truncate(size: number): void;
  getSize(): number;
  flush(): void;
  close(): void;
}

const MAGIC = 0x53584253; // "SBXS"
/** Magic, generation, a spare word, checksum of these. */
const HEAD = 16;

/**
 * A journal's storage where files cannot be renamed: two files, of which the one with the newer whole head counts. New content
 * goes to the other file, and its head is written when all of it is on the disk.
 */
export class SlotStorage implements JournalStorage {
  readonly #files: readonly [SyncFile, SyncFile];
  #active: 0 | 1;
  #generation: number;
  #length: number;

  constructor(files: readonly [SyncFile, SyncFile]) {
    this.#files = files;
    const [a, b] = [generationOf(files[0]), generationOf(files[1])];
    this.#active = b > a ? 1 : 0;
    this.#generation = Math.max(a, b);
    this.#length = this.#generation === 0 ? 0 : Math.max(0, this.#file.getSize() - HEAD);
  }

  get #file(): SyncFile {
    return this.#files[this.#active];
  }

  read(): Uint8Array {
    const bytes = new Uint8Array(this.#length);
    for (let done = 0; done < bytes.length; ) {
      const count = this.#file.read(bytes.subarray(done), { at: HEAD + done });
      if (count === 0) return bytes.subarray(0, done);
      done += count;
    }
    return bytes;
  }

  append(bytes: Uint8Array): void {
    if (this.#generation === 0) {
      this.replace(bytes);
      return;
    }
    writeAll(this.#file, bytes, HEAD + this.#length);
    this.#length += bytes.length;
  }

  sync(): void {
    this.#file.flush();
  }

  truncate(length: number): void {
    this.#file.truncate(HEAD + length);
    this.#file.flush();
    this.#length = length;
  }

  replace(bytes: Uint8Array): void {
    const other = this.#active === 0 ? 1 : 0;
    const file = this.#files[other];
    file.truncate(0);
    try {
      writeAll(file, bytes, HEAD);
      file.flush();
      writeAll(file, headOf(this.#generation + 1), 0);
      file.flush();
    } catch (error) {
      giveUp(file);
      throw error;
    }
    this.#files[this.#active].truncate(0);
    this.#active = other;
    this.#generation++;
    this.#length = bytes.length;
  }

  close(): void {
    for (const file of this.#files) file.close();
  }
}

/** The half-written content gives its room back; where even that fails, it has no head and does not count. */
function giveUp(file: SyncFile): void {
  try {
    file.truncate(0);
  } catch {}
}

function writeAll(file: SyncFile, bytes: Uint8Array, at: number): void {
  // The platform takes no shared memory.
  const own = bytes.buffer instanceof ArrayBuffer ? (bytes as Uint8Array<ArrayBuffer>) : bytes.slice();
  for (let done = 0; done < own.length; ) {
    const count = writeSome(file, own.subarray(done), at + done);
    if (count === 0)
      throw new VfsError("no-space", `write storage: ${own.length - done} bytes found no room`);
    done += count;
  }
}

function writeSome(file: SyncFile, bytes: Uint8Array<ArrayBuffer>, at: number): number {
  try {
    return file.write(bytes, { at });
  } catch (cause) {
    if ((cause as Error).name !== "QuotaExceededError") throw cause;
    throw new VfsError("no-space", `write storage: ${bytes.length} bytes found no room`, { cause });
  }
}

function headOf(generation: number): Uint8Array {
  const head = new Writer();
  for (const word of [MAGIC, generation, 0]) head.u32(word);
  head.u32(crc32(head.bytes()));
  return head.bytes();
}

/** 0: the file holds nothing that counts. */
function generationOf(file: SyncFile): number {
  const head = new Uint8Array(HEAD);
  if (file.getSize() < HEAD || file.read(head, { at: 0 }) < HEAD) return 0;
  const words = new Reader(head);
  const [magic, generation, , checksum] = [words.u32(), words.u32(), words.u32(), words.u32()];
  return magic === MAGIC && checksum === crc32(head.subarray(0, HEAD - 4)) ? generation : 0;
}
