import { concat } from "@shadowbox/vfs";
/** Bytes of a pipe, cut at markers. Reads only while somebody waits, so that a flood is slowed instead of kept. */
export class MarkedStream {
  readonly #source: AsyncIterator<Uint8Array>;
  #rest = new Uint8Array();
  #ended = false;

  constructor(source: AsyncIterable<Uint8Array>) {
    this.#source = source[Symbol.asyncIterator]();
  }

  /** Passes on what comes before `marker`; true when it came, false when the stream ended instead. */
  async until(marker: Uint8Array, pass: (bytes: Uint8Array) => void): Promise<boolean> {
    for (;;) {
      const at = indexOf(this.#rest, marker);
      const safe = at >= 0 ? at : this.#ended ? this.#rest.length : withoutBeginning(this.#rest, marker);
      if (safe > 0) pass(this.#rest.subarray(0, safe));
      this.#rest = this.#rest.subarray(at >= 0 ? at + marker.length : safe);
      if (at >= 0) return true;
      if (this.#ended) return false;
      const next = await this.#source.next();
      if (next.done) this.#ended = true;
      else this.#rest = concat([this.#rest, next.value]);
    }
  }

  /** Lets go of the pipe; not while somebody waits. */
  async close(): Promise<void> {
    this.#ended = true;
    await this.#source.return?.();
  }
}

function indexOf(bytes: Uint8Array, marker: Uint8Array): number {
  const first = marker[0] as number;
  for (let at = bytes.indexOf(first); at >= 0; at = bytes.indexOf(first, at + 1))
    if (at + marker.length <= bytes.length && marker.every((byte, i) => bytes[at + i] === byte)) return at;
  return -1;
}

/** Length of `bytes` without an end that may be the beginning of `marker`. */
function withoutBeginning(bytes: Uint8Array, marker: Uint8Array): number {
  const from = Math.max(0, bytes.length - marker.length + 1);
  const at = bytes.indexOf(marker[0] as number, from);
  return at < 0 ? bytes.length : at;
}
