import { Unzlib, zlibSync } from "fflate";
import { WorkspaceError } from "../errors.ts";

/** Bytes of the checksum that ends zlib's format. */
const SUM_BYTES = 4;
/** Bytes that are unpacked at once: a stream that gives too much ends after one such piece. */
const PIECE = 4096;

/** zlib's format (RFC 1950) with the bytes as they are. */
export function store(bytes: Uint8Array): Uint8Array {
  return zlibSync(bytes, { level: 0 });
}

/** Undoes {@link store} and zlib's compression. Throws WorkspaceError `invalid` for what is damaged or gives other than `size` bytes. */
export function inflate(packed: Uint8Array, size: number): Uint8Array {
  const out = new Uint8Array(size);
  let end = 0;
  const stream = new Unzlib((bytes) => {
    out.set(bytes, end);
    end += bytes.length;
  });
  try {
    let at = 0;
    // The last piece is no part of the checksum only.
    for (; packed.length - at > 2 * PIECE; at += PIECE) stream.push(packed.subarray(at, at + PIECE));
    stream.push(packed.subarray(at), true);
    const sum = packed.subarray(-SUM_BYTES).reduce((value, byte) => value * 256 + byte, 0);
    if (end === size && sum === adler32(out)) return out;
  } catch {
    // Said below, as for what only shows at the end.
  }
  throw new WorkspaceError(
    "invalid",
    "unpack: expected deflated bytes, got something else or a part of them",
  );
}

/** The library does not look at it (RFC 1950, 8.2). */
function adler32(bytes: Uint8Array): number {
  let [a, b] = [1, 0];
  for (const byte of bytes) {
    a = (a + byte) % 65521;
    b = (b + a) % 65521;
  }
  return b * 65536 + a;
}
