import { inflateRawSync } from "node:zlib";
import { SandboxError } from "../../errors.ts";

/** A file of a zip archive. */
export interface ZipFile {
  readonly name: string;
  /** Its bytes, unpacked. Throws SandboxError `invalid` for what is not as long as the archive says. */
  read(): Uint8Array;
}

const END = 0x06054b50;
const END_BYTES = 22;
const CENTRAL = 0x02014b50;
const CENTRAL_BYTES = 46;
const LOCAL_BYTES = 30;
/** Longest comment at the end of an archive. */
const COMMENT = 0xffff;

/** The files of a zip archive (APPNOTE 6.3, without its 64-bit form), in its order. Throws SandboxError `invalid`. */
export function filesOfZip(bytes: Uint8Array, what: string): ZipFile[] {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const end = findEnd(view);
  if (end < 0) throw broken(what);
  const files: ZipFile[] = [];
  let at = view.getUint32(end + 16, true);
  for (let left = view.getUint16(end + 10, true); left > 0; left--) {
    if (at + CENTRAL_BYTES > bytes.length || view.getUint32(at, true) !== CENTRAL) throw broken(what);
    const method = view.getUint16(at + 10, true);
    const packed = view.getUint32(at + 20, true);
    const size = view.getUint32(at + 24, true);
    const nameLength = view.getUint16(at + 28, true);
    const local = view.getUint32(at + 42, true);
    const name = Buffer.from(bytes.subarray(at + CENTRAL_BYTES, at + CENTRAL_BYTES + nameLength)).toString();
    at += CENTRAL_BYTES + nameLength + view.getUint16(at + 30, true) + view.getUint16(at + 32, true);
    if (name.endsWith("/")) continue;
    files.push({
      name,
      read: () => {
        if (local + LOCAL_BYTES > bytes.length) throw broken(what);
        const start =
          local + LOCAL_BYTES + view.getUint16(local + 26, true) + view.getUint16(local + 28, true);
        return unpack(bytes.subarray(start, start + packed), method, size, `${what}: ${name}`);
      },
    });
  }
  return files;
}

function findEnd(view: DataView): number {
  const least = Math.max(0, view.byteLength - END_BYTES - COMMENT);
  for (let at = view.byteLength - END_BYTES; at >= least; at--)
    if (view.getUint32(at, true) === END) return at;
  return -1;
}

function unpack(packed: Uint8Array, method: number, size: number, what: string): Uint8Array {
  if (method !== 0 && method !== 8) throw broken(what);
  try {
    const bytes = method === 0 ? packed : inflateRawSync(packed, { maxOutputLength: Math.max(1, size) });
    if (bytes.length === size) return bytes;
  } catch {
    // Said below.
  }
  throw broken(what);
}

const broken = (what: string) =>
  new SandboxError("invalid", `read ${what}: expected a whole zip archive, it is damaged`);
