import type { Readable } from "node:stream";

/** Bytes of a body that are read ahead of who asked. */
export const AHEAD_BYTES = 256 * 1024;

/**
 * What comes of a body, all that is there in one piece, also of one that broke off: a stream that is destroyed forgets what nobody
 * had read yet. About {@link AHEAD_BYTES} are held at most. Listens from the call on; throws what the stream fails with.
 */
export function wholeBody(body: Readable): AsyncIterable<Uint8Array> {
  const pieces: Uint8Array[] = [];
  let held = 0;
  let over = false;
  let failure: Error | undefined;
  let wake = () => {};
  body.on("data", (bytes: Uint8Array) => {
    pieces.push(bytes);
    held += bytes.length;
    if (held >= AHEAD_BYTES) body.pause();
    wake();
  });
  body.on("error", (error) => {
    failure = error;
    wake();
  });
  body.on("close", () => {
    over = true;
    wake();
  });
  return take();

  async function* take(): AsyncGenerator<Uint8Array> {
    for (;;) {
      if (pieces.length > 0) {
        const bytes = pieces.length === 1 ? pieces[0]! : Buffer.concat(pieces);
        pieces.length = held = 0;
        body.resume();
        yield bytes;
      } else if (failure !== undefined) throw failure;
      else if (over) return;
      else
        await new Promise<void>((resolve) => {
          wake = resolve;
        });
    }
  }
}
