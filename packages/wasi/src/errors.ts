/** What can go wrong in @shadowbox/wasi, as a closed union. */
export type WasiErrorCode = "invalid";

/** The one error class of this package; `code` tells which failure it is. */
export class WasiError extends Error {
  override readonly name = "WasiError";
  readonly code: WasiErrorCode;

  constructor(code: WasiErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }
}
