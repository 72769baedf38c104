import { closeSync, fstatSync, openSync, readFileSync, readSync, writeFileSync, writeSync } from "node:fs";
import { SandboxError } from "../errors.ts";
import { ARCHIVE, type NetRecorder, NetRecording, whole } from "../net/recording.ts";

/**
 * Records into a file, which is a whole HTTP archive (HAR 1.2) after each exchange; an archive that is there is gone on with. Throws
 * SandboxError `invalid` for a file that is something else, or cannot be written.
 */
export function recordingFile(path: string): NetRecorder {
  naming(`record into "${path}"`, () => prepare(path));
  const add: NetRecorder["add"] = (exchange) =>
    naming(`record into "${path}"`, () => append(path, JSON.stringify(exchange)));
  return { name: path, add };
}

/** A recording to replay. Throws SandboxError `invalid`. */
export function readRecording(path: string): NetRecording {
  return NetRecording.parse(
    naming(`read "${path}"`, () => readFileSync(path, "utf8")),
    path,
  );
}

/** Makes the archive if it is not there, for its owner only, and mends one that was cut off. */
function prepare(path: string): void {
  const fd = openSync(path, "a+", 0o600);
  try {
    if (fstatSync(fd).size === 0) writeSync(fd, ARCHIVE.head + ARCHIVE.tail);
    else if (piece(fd, 0, ARCHIVE.head.length) !== ARCHIVE.head) throw new Error(NOT_OURS);
    else if (!endsWell(fd)) writeFileSync(path, whole(readFileSync(path, "utf8")));
  } finally {
    closeSync(fd);
  }
}

/** An entry is written over what the archive ends with. */
function append(path: string, entry: string): void {
  const fd = openSync(path, "r+");
  try {
    if (!endsWell(fd)) throw new Error(NOT_OURS);
    const end = fstatSync(fd).size - ARCHIVE.tail.length;
    const isFirst = end === ARCHIVE.head.length;
    const bytes = Buffer.from(`${isFirst ? "" : ",\n"}${entry}${ARCHIVE.tail}`);
    for (let done = 0; done < bytes.length; )
      done += writeSync(fd, bytes, done, bytes.length - done, end + done);
  } finally {
    closeSync(fd);
  }
}

const NOT_OURS = "expected a recording made by this program or no file, it is something else";

function endsWell(fd: number): boolean {
  return piece(fd, fstatSync(fd).size - ARCHIVE.tail.length, ARCHIVE.tail.length) === ARCHIVE.tail;
}

function piece(fd: number, at: number, length: number): string {
  const bytes = Buffer.alloc(length);
  return bytes.toString("utf8", 0, readSync(fd, bytes, 0, length, Math.max(0, at)));
}

function naming<T>(action: string, run: () => T): T {
  try {
    return run();
  } catch (cause) {
    throw new SandboxError("invalid", `${action}: ${(cause as Error).message}`, { cause });
  }
}
