/** What can go wrong in @shadowbox/sandbox, as a closed union. */
export type SandboxErrorCode =
  | "invalid"
  /** A file inside the sandbox could not be used; the message ends in the errno's name. */
  | "file"
  /** The engine asked for is not here. */
  | "engine"
  /** The sandbox was opened for reading, or is closed. */
  | "read-only"
  | "closed"
  /** The project folder cannot be used. */
  | "project"
  /** The stored state cannot be used. */
  | "state";

/** The one error class of this package; `code` tells which failure it is. */
export class SandboxError extends Error {
  override readonly name = "SandboxError";
  readonly code: SandboxErrorCode;

  constructor(code: SandboxErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }
}
