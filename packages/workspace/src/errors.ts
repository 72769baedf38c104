/** What can go wrong in @shadowbox/workspace, as a closed union. */
export type WorkspaceErrorCode = "invalid";

/** The one error class of this package; `code` tells which failure it is. */
export class WorkspaceError extends Error {
  override readonly name = "WorkspaceError";
  readonly code: WorkspaceErrorCode;

  constructor(code: WorkspaceErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }
}
