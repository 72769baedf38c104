/** A text cut into lines, each with its newline; the last may lack it. Lines are compared by number: equal lines share one. */
export interface Lines {
  bytes: Uint8Array;
  /** Start of each line, and the end of the last. */
  starts: Uint32Array;
  /** Class of each line: equal numbers, equal lines. */
  ids: Int32Array;
  count: number;
}

/** Cuts texts into lines with common numbers for equal lines. */
export class LineTable {
  readonly #ids = new Map<string, number>();

  cut(bytes: Uint8Array): Lines {
    const starts: number[] = [];
    for (let at = 0; at < bytes.length; ) {
      starts.push(at);
      const end = bytes.indexOf(0x0a, at);
      at = end < 0 ? bytes.length : end + 1;
    }
    const count = starts.length;
    starts.push(bytes.length);
    const ids = new Int32Array(count);
    for (let i = 0; i < count; i++) {
      const key = latin(bytes.subarray(starts[i], starts[i + 1]));
      let id = this.#ids.get(key);
      if (id === undefined) this.#ids.set(key, (id = this.#ids.size));
      ids[i] = id;
    }
    return { bytes, starts: Uint32Array.from(starts), ids, count };
  }
}

/** One line's bytes, newline included. */
export function lineAt(lines: Lines, index: number): Uint8Array {
  return lines.bytes.subarray(lines.starts[index], lines.starts[index + 1]);
}

/** Bytes as characters 0–255. */
function latin(bytes: Uint8Array): string {
  let text = "";
  for (let at = 0; at < bytes.length; at += 8192)
    text += String.fromCharCode(...bytes.subarray(at, at + 8192));
  return text;
}
