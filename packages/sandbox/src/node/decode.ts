import type { Readable, Transform } from "node:stream";
import { createBrotliDecompress, createGunzip, createInflate } from "node:zlib";
import { SandboxError } from "../errors.ts";
import type { HeaderList } from "../net/host.ts";
import { wholeBody } from "./whole-body.ts";

const DECODERS: Readonly<Record<string, () => Transform>> = {
  gzip: () => createGunzip(),
  "x-gzip": () => createGunzip(),
  deflate: () => createInflate(),
  br: () => createBrotliDecompress(),
};

/** Bytes that may come out of anything. */
const FREE = 1 << 20;

/** A body without its Content-Encoding, and the headers that are still true. An encoding that is not known stays. */
export function decoded(
  body: Readable,
  headers: HeaderList,
  ratio: number,
): [AsyncIterable<Uint8Array>, HeaderList] {
  const named = headers.filter(([name]) => name.toLowerCase() === "content-encoding");
  const make = named.length === 1 ? DECODERS[named[0]![1].trim().toLowerCase()] : undefined;
  if (make === undefined) return [wholeBody(body), headers];
  return [inflate(body, make(), ratio), headers];
}

async function* inflate(body: Readable, decoder: Transform, ratio: number): AsyncGenerator<Uint8Array> {
  let taken = 0;
  let given = 0;
  body.on("data", (bytes: Uint8Array) => {
    taken += bytes.length;
    if (!decoder.write(bytes)) body.pause();
  });
  body.on("end", () => (taken === 0 ? decoder.destroy() : decoder.end()));
  body.on("error", (error) => decoder.destroy(error));
  decoder.on("drain", () => body.resume());
  try {
    for await (const bytes of decoder) {
      given += bytes.length;
      if (given > FREE && given > taken * ratio)
        throw new SandboxError(
          "net-size",
          `decode body: expected at most ${ratio} bytes for each encoded one`,
        );
      yield bytes;
    }
  } catch (error) {
    // An empty body, as of HEAD, is no broken one.
    if (taken > 0 || !body.readableEnded) throw error;
  } finally {
    body.destroy();
    decoder.destroy();
  }
}
