import { isBinary } from "./hunks.ts";

/**
 * How much of a file is in another one, measured as git does for renames: the content is cut into lines (of at most 64
 * bytes a piece), and the bytes in pieces that both have are counted.
 */
export interface Fingerprint {
  size: number;
  /** Hash of a piece → bytes in such pieces. */
  pieces: Map<number, number>;
}

/** The likeness of equal files. Half of it is what git asks of a rename. */
export const SAME = 60_000;

const PIECE = 64;
const HASHES = 107_927;

/** What {@link similarity} compares. In a text, a carriage return before a newline does not count. */
export function fingerprint(bytes: Uint8Array): Fingerprint {
  const pieces = new Map<number, number>();
  const text = !isBinary(bytes);
  let [low, high, length] = [0, 0, 0];
  for (let i = 0; i < bytes.length; i++) {
    const byte = bytes[i] as number;
    const last = i === bytes.length - 1;
    if (text && byte === 0x0d && bytes[i + 1] === 0x0a) continue;
    const carried = low >>> 25;
    low = ((low << 7) ^ (high >>> 25)) + byte;
    high = (high << 7) ^ carried;
    if (++length < PIECE && byte !== 0x0a && !last) continue;
    const hash = ((low + Math.imul(high, 0x61)) >>> 0) % HASHES;
    pieces.set(hash, (pieces.get(hash) ?? 0) + length);
    [low, high, length] = [0, 0, 0];
  }
  return { size: bytes.length, pieces };
}

/** Whether files of these sizes can be `least` alike at all. */
export function mayBeSimilar(a: number, b: number, least: number): boolean {
  const [larger, smaller] = [Math.max(a, b), Math.min(a, b)];
  return larger * (SAME - least) >= (larger - smaller) * SAME;
}

/** Likeness of two files, 0 to {@link SAME}. */
export function similarity(before: Fingerprint, after: Fingerprint): number {
  const larger = Math.max(before.size, after.size);
  if (after.size === 0) return 0;
  const [few, many] =
    before.pieces.size < after.pieces.size ? [before.pieces, after.pieces] : [after.pieces, before.pieces];
  let shared = 0;
  for (const [hash, count] of few) shared += Math.min(count, many.get(hash) ?? 0);
  return Math.trunc((shared * SAME) / larger);
}
