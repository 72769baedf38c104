/** Something the user can put right: printed as one line, without a stack. */
export class CliError extends Error {
  override readonly name = "CliError";
  readonly exitCode: number;

  constructor(message: string, exitCode: number = EXIT.FAILED) {
    super(message);
    this.exitCode = exitCode;
  }
}

/** Exit statuses of the commands (of `exec`: the script's own, except where it could not run). */
export const EXIT = { OK: 0, FAILED: 1, USAGE: 2, TIMED_OUT: 124, NOT_RUN: 125, UNREAD: 141 } as const;
