import { createHash } from "node:crypto";
import { dirname } from "node:path";
import { crc32 } from "node:zlib";
import { WorkspaceError } from "../errors.ts";
import { type Frame, namesIn, type SnapshotStore } from "../snapshots/store.ts";
import { type Files, syncFolder } from "./files.ts";

/** Bytes of the file; above that the older half goes. */
const MOST_BYTES = 256 << 20;
/** Zeros that are written behind a frame as room for the next ones. */
const ROOM = 1 << 20;

/**
 * All snapshots of a state in one file: each a line `SNAP header-bytes body-bytes crc32`, its JSON, and the contents that were not
 * there yet; behind the last there may be zeros. Writing into that room changes no size: to make it durable a file system writes
 * these bytes only, and not its own journal with all that others have waiting in it. What a crash left unfinished is cut off.
 */
export class SnapshotFile implements SnapshotStore {
  readonly mostBytes = MOST_BYTES;
  readonly #path: string;
  readonly #files: Files;
  #frames: Frame[] = [];
  #places = new Map<string, { at: number; size: number }>();
  #end = 0;
  /** Up to where the file is known to be zeros behind the last frame; absent: not looked at yet. */
  #room: number | undefined;

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
    const bytes = Buffer.concat([Buffer.from(headLine(header.length, body.length, check)), header, body]);
    this.#room ??= this.#reading((fd) => this.#zerosTo(fd)) ?? 0;
    const fd = this.#files.openSync(this.#path, this.#end === 0 ? "w" : "r+", 0o600);
    try {
      if (this.#end + bytes.length <= this.#room) {
        this.#write(fd, bytes);
        this.#files.fdatasyncSync(fd);
      } else {
        if (this.#end > 0) this.#files.ftruncateSync(fd, this.#end);
        this.#write(fd, Buffer.concat([bytes, Buffer.alloc(ROOM)]));
        this.#files.fsyncSync(fd);
        this.#room = this.#end + bytes.length + ROOM;
      }
    } catch (error) {
      this.#room = this.#end;
      throw error;
    } finally {
      this.#files.closeSync(fd);
    }
    if (this.#end === 0) syncFolder(this.#files, dirname(this.#path));
    this.#add(whole, header.length, body.length);
  }

  #write(fd: number, bytes: Uint8Array): void {
    for (let done = 0; done < bytes.length; )
      done += this.#files.writeSync(fd, bytes, done, bytes.length - done, this.#end + done);
  }

  /** The file's size, if there are only zeros behind the last frame; else the frame's end. */
  #zerosTo(fd: number): number {
    const { size } = this.#files.fstatSync(fd);
    const rest = size - this.#end;
    if (rest > ROOM) return this.#end;
    return Buffer.alloc(rest).equals(this.#bytes(fd, this.#end, rest)) ? size : this.#end;
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
    this.#room = fresh.#room;
  }

  #clear(): void {
    this.#files.rmSync(this.#path);
    [this.#frames, this.#places, this.#end, this.#room] = [[], new Map(), 0, 0];
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
    const { size } = this.#files.fstatSync(fd);
    for (let head = this.#headAt(fd, 0); head !== undefined; ) {
      const { header, body, check } = head;
      const start = this.#end + HEAD;
      const end = start + header + body;
      if (end > size) return;
      const next = this.#headAt(fd, end);
      // A crash can only have hurt the last one; contents are checked by their names when they are read.
      if (next === undefined && crc32(this.#bytes(fd, start, header + body)) !== check) return;
      this.#add(JSON.parse(Buffer.from(this.#bytes(fd, start, header)).toString()) as Frame, header, body);
      head = next;
    }
  }

  /** What the line before a frame says, if there is one. */
  #headAt(fd: number, at: number): { header: number; body: number; check: number } | undefined {
    const line = Buffer.from(this.#bytes(fd, at, HEAD)).toString("latin1");
    const [, ...words] = /^SNAP ([0-9a-f]{8}) ([0-9a-f]{8}) ([0-9a-f]{8})\n$/.exec(line) ?? [];
    if (words.length === 0) return undefined;
    const [header, body, check] = words.map((word) => Number.parseInt(word, 16)) as [number, number, number];
    return { header, body, check };
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
