/** What can go wrong in @shadowbox/sandbox, as a closed union. */
export type SandboxErrorCode = "invalid";

/** The one error class of this package; `code` tells which failure it is. */
export class SandboxError extends Error {
  override readonly name = "SandboxError";
  readonly code: SandboxErrorCode;

  constructor(code: SandboxErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }
}
