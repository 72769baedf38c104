/** One line of an error report: the caller puts `NAME: line LINE: ` in front. */
export interface SyntaxMessage {
  line: number;
  text: string;
}

/**
 * Why the parser stopped. `token`: something stands where it may not. `end`: the input ended too early; `unmatched`:
 * within quotes or braces, where bash keeps a status that is not 0. `conditional`: inside `[[ ]]`, after which bash reads no further and keeps its status. `array`, `array-end`: inside `name=( )`, which costs the rest of
 * the line. `limit`: nested deeper than the machine's stack.
 */
export interface SyntaxProblem {
  type: "SyntaxError";
  kind: "token" | "end" | "unmatched" | "conditional" | "array" | "array-end" | "limit";
  line: number;
  messages: SyntaxMessage[];
  /** A token within `$(…)` or `<(…)`, which ends more than the text that is read. */
  substituted: boolean;
}

/** Carries a {@link SyntaxProblem} out of the recursion; never leaves the parser. */
export class SyntaxFailure extends Error {
  readonly error: SyntaxProblem;

  constructor(error: SyntaxProblem) {
    super(error.messages[0]!.text);
    this.error = error;
  }
}
