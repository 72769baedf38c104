/** A failure in the runtime, here or in the tab that leads, with its code. */
export class RuntimeError extends Error {
  override readonly name = "RuntimeError";
  readonly code: string | undefined;

  constructor(message: string, code: string | undefined) {
    super(message);
    this.code = code;
  }
}
