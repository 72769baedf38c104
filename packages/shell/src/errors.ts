/**
 * What can go wrong in @shadowbox/shell, as a closed union. `expansion`, `unbound`, `arithmetic`, `subscript`, `integer` (the value of an integer variable),
 * `readonly`, `assignment` and `limit` are failures of the script that runs, `interrupted` is that a signal ended it within an expansion; they end a command inside the interpreter and never leave
 * {@link Shell.run}. `invalid` is a wrong use of the package.
 */
export type ShellErrorCode =
  | "invalid"
  | "expansion"
  | "unbound"
  | "arithmetic"
  | "subscript"
  | "integer"
  | "readonly"
  | "assignment"
  | "limit"
  | "interrupted";

/** The one error class of this package; `code` tells which failure it is, `message` is bash's own text. */
export class ShellError extends Error {
  override readonly name = "ShellError";
  readonly code: ShellErrorCode;
  /** What `$?` is where the command is given up. */
  status = 1;

  constructor(code: ShellErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }
}

/** Whether an error is the end of the host's stack; a regular expression that meets it says so in a SyntaxError, in words of its own. */
export function isStackEnd(error: unknown): boolean {
  return (
    (error instanceof RangeError && error.message.includes("call stack")) ||
    (error instanceof SyntaxError && /call stack|stack overflow/i.test(error.message))
  );
}
