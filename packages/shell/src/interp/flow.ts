/** Why the commands after this one do not run: a value that every executing function hands upwards. */
export type Flow =
  | { kind: "break" | "continue"; levels: number }
  | { kind: "return"; status: number /** `$?` when `return` ran. */; before: number }
  /** `signal`: the shell ends by this signal. `interrupted`: what runs ends, and the shell of a session goes on with the next call. */
  | { kind: "exit"; status: number; signal: number; interrupted?: boolean }
  /**
   * The whole top-level command is given up, the script goes on with the next one. `whole`: so is what reads commands from within
   * it, `eval` or `source`.
   */
  | { kind: "discard"; status: number; whole: boolean };
