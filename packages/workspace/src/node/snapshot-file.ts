import { createHash } from "node:crypto";
import { dirname } from "node:path";
import { crc32 } from "node:zlib";
import { WorkspaceError } from "../errors.ts";
import type { LogEntry } from "../operations.ts";
import { type Files, syncFolder } from "./files.ts";

/** What a box sees at a path. */
export interface Entry {
  kind: "file" | "symlink" | "directory" | "nothing";
  mode: number;
  /** Name of the content; absent: none, or it was not kept (too large, or in the project only). */
  blob?: string;
  /** Tells without reading whether it is still the same. */
  stamp?: string;
}

/** One path that a snapshot found changed. */
export interface EntryChange {
  /** Bytes as latin-1. */
  path: string;
  was: Entry;
  now: Entry;
}

/** What was done before a snapshot was taken. */
export interface SnapshotCause {
  operation: LogEntry["operation"];
  script?: string;
  session?: string;
  turn?: number;
}

/** A snapshot without its contents. */
export interface Frame extends SnapshotCause {
  id: number;
  /** ISO 8601, UTC. */
  time: string;
  changes: EntryChange[];
  /** New stamps of paths that did not change. */
  stamps: Record<string, string>;
  /** Contents that came with it: name and size, in their order. */
  blobs: [name: string, size: number][];
}

/**
 * All snapshots of a state in one file that only grows: each a line `SNAP header-bytes body-bytes crc32`, its JSON, and the
 * contents that were not there yet. What a crash cut off at the end is left out and overwritten.
 */
export class SnapshotFile {
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

  has(blob: string): boolean {
    return this.#places.has(blob);
  }

  /** A content. Throws WorkspaceError `state` if it is not there as it was written. */
  read(blob: string): Uint8Array {
    const place = this.#places.get(blob);
    const bytes = place && this.#reading((fd) => this.#bytes(fd, place.at, place.size));
    if (bytes === undefined || blobOf(bytes) !== blob)
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
      for (const { was, now } of frame.changes)
        for (const { blob } of [was, now])
          if (blob !== undefined && this.has(blob) && !fresh.has(blob)) contents.set(blob, this.read(blob));
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

/** The name of a content. */
export function blobOf(bytes: Uint8Array): string {
  return createHash("sha256").update(bytes).digest("hex");
}
