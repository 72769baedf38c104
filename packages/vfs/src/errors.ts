/** What can go wrong in @shadowbox/vfs, as a closed union. */
export type VfsErrorCode =
  | "invalid"
  /** The heap or the quota is exhausted. */
  | "no-space"
  /** Stored bytes are not what they should be. */
  | "corrupt"
  /** A newer version wrote it. */
  | "newer-format";

/** The one error class of this package; `code` tells which failure it is. */
export class VfsError extends Error {
  override readonly name = "VfsError";
  readonly code: VfsErrorCode;

  constructor(code: VfsErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }
}
