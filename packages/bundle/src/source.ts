import { BundleError } from "./errors.ts";
import type { Effect } from "./steps.ts";

/** Takes a file as it comes. */
export interface Sink {
  write(piece: Uint8Array): void;
  /** What was written so far is void: the file comes again from its start. */
  restart(): void;
}

/**
 * Where a registry's files come from; not trusted. `path` is relative to the registry, `limit` in bytes. Both forms throw
 * `not-found`, `too-large` (and read no further), `path` or `source`.
 */
export interface RegistrySource {
  /** For messages: a folder or an address. */
  readonly name: string;
  read(path: string, limit: number): Promise<Uint8Array>;
  /** The same piece by piece, where the source can, for what is to be written elsewhere. */
  pour?(path: string, limit: number, sink: Sink): Promise<void>;
  /** The same without waiting, where the source can: commands are loaded in the middle of a script. */
  readSync?(path: string, limit: number): Uint8Array;
}

const PATH = /^[a-z0-9_][a-z0-9_.+-]*(\/[a-z0-9_][a-z0-9_.+-]*)*$/;

/** The paths of a registry. All are made here, from names and digests that were checked; no document contains a path. */
export const paths = {
  root: "root.json",
  oldRoot: (version: number) => `roots/${version}.json`,
  index: "index.json",
  manifest: (name: string, version: string) => `manifests/${name}/${version}.json`,
  origin: (sha256: string) => `origins/${sha256}.json`,
  asset: (sha256: string) => `assets/${sha256}.wasm.gz`,
} as const;

/** Throws `path` for whatever could leave a registry's folder or origin; every source calls it first. */
export function refuseBadPath(path: string): void {
  if (!PATH.test(path) || path.includes(".."))
    throw new BundleError("path", `read "${path}": expected a plain relative path`);
}

/** Reads one file of a source, at most `limit` bytes, as a step of a procedure. */
export function readFrom(source: RegistrySource, path: string, limit: number): Effect<Uint8Array> {
  return {
    what: `read ${path}`,
    async: () => source.read(path, limit),
    sync: source.readSync && (() => source.readSync!(path, limit)),
  };
}
