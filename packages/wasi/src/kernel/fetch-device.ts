import { Errno, FileType } from "@shadowbox/vfs";
import { Capacity, FileKind, Header, OpenFlags } from "./layout.ts";
import { writePipe } from "./pipe.ts";
import type { Process } from "./process.ts";

/** Bytes of the note by which the host learns of an open: two file numbers, a pid, nothing. */
export const FETCH_NOTE = 16;

/**
 * Opens `/dev/shadowbox/fetch`: a conversation of its own with the host, made of two pipes (docs/network.md). An open file with one
 * reference, or ENXIO when no host serves it, ENFILE, ENOMEM, EAGAIN.
 */
export function openFetch(process: Process, flags: number): number {
  const { files, memory } = process.kernel;
  const door = memory.u32[memory.base + Header.FETCH_PIPE];
  if (door === 0) return -Errno.ENXIO;
  const ends = { read: OpenFlags.READ, write: OpenFlags.WRITE };
  const up = files.createPipe(false, ends, FileType.FIFO);
  if (typeof up === "number") return up;
  const down = files.createPipe(false, ends, FileType.FIFO, Capacity.FETCH_PIPE);
  const file =
    typeof down === "number"
      ? down
      : files.create({
          kind: FileKind.FETCH,
          flags: (flags & OpenFlags.NONBLOCK) | OpenFlags.READ | OpenFlags.WRITE,
          type: FileType.CHARACTER_DEVICE,
          detail: up.write,
          peer: down.read,
        });
  const note = Uint32Array.of(up.read, typeof down === "number" ? 0 : down.write, process.pid, 0);
  const sent = file < 0 ? file : writePipe(memory, door, new Uint8Array(note.buffer), undefined);
  if (sent === FETCH_NOTE) return file;
  // The host has not heard of it: both of its ends are ours to close.
  files.release(up.read);
  if (typeof down !== "number") files.release(down.write);
  if (file >= 0) files.release(file);
  else {
    files.release(up.write);
    if (typeof down !== "number") files.release(down.read);
  }
  return sent === -Errno.EPIPE ? -Errno.ENXIO : sent;
}
