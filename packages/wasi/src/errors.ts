/**
 * What can go wrong in @shadowbox/wasi, as a closed union.
 * - `module`: the bytes are no WebAssembly program that can run here (malformed, unknown imports, no `_start`, memory over the limit).
 * - `limit`: a table of the kernel is full.
 * - `worker`: a worker did not start, or ended by itself.
 * - `engine`: an engine is missing or was closed.
 * - `kernel`: the shared memory holds no kernel of this version.
 */
export type WasiErrorCode = "module" | "limit" | "worker" | "engine" | "kernel";

/** The one error class of this package; `code` tells which failure it is. */
export class WasiError extends Error {
  override readonly name = "WasiError";
  readonly code: WasiErrorCode;

  constructor(code: WasiErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }
}
