import { createHash, type Hash, randomUUID } from "node:crypto";
import { closeSync, ftruncateSync, mkdirSync, openSync, renameSync, rmSync, writeSync } from "node:fs";
import { dirname } from "node:path";
import { BundleError } from "../errors.ts";
import type { Sink } from "../source.ts";
import { verifyDigest } from "../verify-asset.ts";

/** A file that is written as it comes, and is there only when its size and digest were found right. */
export class Draft implements Sink {
  readonly #file: string;
  readonly #draft: string;
  readonly #fd: number;
  #hash: Hash = createHash("sha256");
  #size = 0;

  /** Throws `store`. */
  constructor(file: string) {
    this.#file = file;
    this.#draft = `${file}.${process.pid}-${randomUUID()}.tmp`;
    this.#fd = this.#store(() => {
      mkdirSync(dirname(file), { recursive: true });
      return openSync(this.#draft, "wx", 0o644);
    });
  }

  write(piece: Uint8Array): void {
    this.#hash.update(piece);
    this.#store(() => {
      for (let done = 0; done < piece.length; )
        done += writeSync(this.#fd, piece, done, piece.length - done, this.#size + done);
    });
    this.#size += piece.length;
  }

  restart(): void {
    this.#hash = createHash("sha256");
    this.#size = 0;
    this.#store(() => ftruncateSync(this.#fd));
  }

  /** Puts it into its place. Throws `asset-size`, `asset-digest`, `store`. */
  finish(expected: { readonly sha256: string; readonly size: number }, what: string): void {
    verifyDigest({ sha256: this.#hash.digest(), size: this.#size }, expected, what);
    this.#store(() => renameSync(this.#draft, this.#file));
  }

  /** To be called in the end, whatever happened. */
  close(): void {
    closeSync(this.#fd);
    rmSync(this.#draft, { force: true });
  }

  #store<T>(action: () => T): T {
    try {
      return action();
    } catch (cause) {
      throw new BundleError("store", `write ${this.#file}: ${(cause as Error).message}`, { cause });
    }
  }
}
