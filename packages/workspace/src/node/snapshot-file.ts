import { createHash } from "node:crypto";
import { dirname } from "node:path";
import { crc32 } from "node:zlib";
import { WorkspaceError } from "../errors.ts";
import { type Frame, namesIn, type SnapshotStore } from "../snapshots/store.ts";
import { type Files, syncFolder } from "./files.ts";

/** Bytes of the file; above that the older half goes. */
const MOST_BYTES = 256 << 20;

/**
 * All snapshots of a state in one file that only grows: each a line `SNAP header-bytes body-bytes crc32`, its JSON, and the
 * contents that were not there yet. What a crash cut off at the end is left out and overwritten.
 */
export class SnapshotFile implements SnapshotStore {
  readonly mostBytes = MOST_BYTES;
  readonly #path: string;
  readonly #files: Files;
  #frames: Frame[] = [];
  #places = new Map<string, { at: number; size: number }>();
  #end = 0;

  constructor(path: string, files: Files) {
    this.#path = path;
    this.#files = files;
    this.#reading((fd) => this.#scan(fd));
  }

  get frames(): readonly Frame[] {
    return this.#frames;
  }

  /** Bytes of the file. */
  get size(): number {
    return this.#end;
  }

  nameOf(bytes: Uint8Array): string {
    return createHash("sha256").update(bytes).digest("hex");
  }

  has(blob: string): boolean {
    return this.#places.has(blob);
  }

  /** A content. Throws WorkspaceError `state` if it is not there as it was written. */
  read(blob: string): Uint8Array {
    const place = this.#places.get(blob);
    const bytes = place && this.#reading((fd) => this.#bytes(fd, place.at, place.size));
    if (bytes === undefined || this.nameOf(bytes) !== blob)
      throw new WorkspaceError("state", `read a snapshot: its content ${blob.slice(0, 12)} is damaged`);
    return bytes;
  }

  append(frame: Omit<Frame, "blobs">, contents: ReadonlyMap<string, Uint8Array>): void {
    const blobs = [...contents].map(([name, bytes]): [string, number] => [name, bytes.length]);
    const whole: Frame = { ...frame, blobs };
    const header = Buffer.from(JSON.stringify(whole));
    const body = Buffer.concat([...contents.values()]);
    const check = crc32(Buffer.concat([header, body]))
      .toString(16)
      .padStart(8, "0");
    const fd = this.#files.openSync(this.#path, this.#end === 0 ? "w" : "r+", 0o600);
    try {
      if (this.#end > 0) this.#files.ftruncateSync(fd, this.#end);
      const bytes = Buffer.concat([Buffer.from(headLine(header.length, body.length, check)), header, body]);
      for (let done = 0; done < bytes.length; )
        done += this.#files.writeSync(fd, bytes, done, bytes.length - done, this.#end + done);
      this.#files.fsyncSync(fd);
    } finally {
      this.#files.closeSync(fd);
    }
    if (this.#end === 0) syncFolder(this.#files, dirname(this.#path));
    this.#add(whole, header.length, body.length);
  }

  /** Keeps these frames, with the contents that they name, and nothing else. */
  rewrite(frames: readonly Frame[]): void {
    const fresh = new SnapshotFile(`${this.#path}.new`, this.#files);
    if (fresh.#end > 0) fresh.#clear();
    for (const frame of frames) {
      const contents = new Map<string, Uint8Array>();
      for (const blob of namesIn(frame))
        if (this.has(blob) && !fresh.has(blob)) contents.set(blob, this.read(blob));
      fresh.append(frame, contents);
    }
    this.#files.renameSync(fresh.#path, this.#path);
    syncFolder(this.#files, dirname(this.#path));
    [this.#frames, this.#places, this.#end] = [fresh.#frames, fresh.#places, fresh.#end];
  }

  #clear(): void {
    this.#files.rmSync(this.#path);
    [this.#frames, this.#places, this.#end] = [[], new Map(), 0];
  }

  #add(frame: Frame, header: number, body: number): void {
    let at = this.#end + HEAD + header;
    for (const [name, size] of frame.blobs) {
      this.#places.set(name, { at, size });
      at += size;
    }
    this.#frames.push(frame);
    this.#end += HEAD + header + body;
  }

  #scan(fd: number): void {
    const size = Number(this.#files.lstatSync(this.#path).size);
    for (;;) {
      const head = /^SNAP ([0-9a-f]{8}) ([0-9a-f]{8}) ([0-9a-f]{8})\n$/.exec(
        Buffer.from(this.#bytes(fd, this.#end, HEAD)).toString("latin1"),
      );
      if (head === null) return;
      const [header, body] = [Number.parseInt(head[1] as string, 16), Number.parseInt(head[2] as string, 16)];
      const end = this.#end + HEAD + header + body;
      if (end > size) return;
      const text = this.#bytes(fd, this.#end + HEAD, header);
      // A crash can only have hurt the last one; contents are checked by their names when they are read.
      const isLast = end === size;
      if (isLast && crc32(this.#bytes(fd, this.#end + HEAD, header + body)) !== checkOf(head)) return;
      this.#add(JSON.parse(Buffer.from(text).toString()) as Frame, header, body);
    }
  }

  #reading<T>(use: (fd: number) => T): T | undefined {
    let fd: number;
    try {
      fd = this.#files.openSync(this.#path, "r");
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === "ENOENT") return undefined;
      throw error;
    }
    try {
      return use(fd);
    } finally {
      this.#files.closeSync(fd);
    }
  }

  #bytes(fd: number, at: number, size: number): Uint8Array {
    const bytes = new Uint8Array(size);
    let done = 0;
    while (done < size) {
      const count = this.#files.readSync(fd, bytes, done, size - done, at + done);
      if (count === 0) break;
      done += count;
    }
    return bytes.subarray(0, done);
  }
}

/** Bytes of the line before a frame. */
const HEAD = 32;

function headLine(header: number, body: number, check: string): string {
  const hex = (value: number) => value.toString(16).padStart(8, "0");
  return `SNAP ${hex(header)} ${hex(body)} ${check}\n`;
}

function checkOf(head: RegExpExecArray): number {
  return Number.parseInt(head[3] as string, 16);
}
