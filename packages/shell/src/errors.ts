/** What can go wrong in @shadowbox/shell, as a closed union. */
export type ShellErrorCode = "invalid";

/** The one error class of this package; `code` tells which failure it is. */
export class ShellError extends Error {
  override readonly name = "ShellError";
  readonly code: ShellErrorCode;

  constructor(code: ShellErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }
}
