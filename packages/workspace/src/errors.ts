/** What can go wrong in @shadowbox/workspace, as a closed union. */
export type WorkspaceErrorCode =
  | "invalid"
  /** The project's content is no longer what the box saw. */
  | "stale"
  /** The user changed files that the commit would replace; `message` lists them. */
  | "conflict"
  /** The commit would write files that can run code on the user's machine, without the yes of their own; `message` lists them. */
  | "risky"
  /** The user's git cannot make the commit; `message` says why. */
  | "git"
  /** Nothing to undo. */
  | "nothing"
  /** The project refused a change; everything was put back. */
  | "apply"
  /** The stored state cannot be used. */
  | "state"
  /** Another process holds the state. */
  | "locked";

/** The one error class of this package; `code` tells which failure it is. */
export class WorkspaceError extends Error {
  override readonly name = "WorkspaceError";
  readonly code: WorkspaceErrorCode;

  constructor(code: WorkspaceErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }
}
