import type { Backquote, ProcessSubstitution, Script } from "../parse/ast.ts";
import type { ShellState } from "../state/shell-state.ts";
import type { VariableStore } from "../state/variables.ts";
import type { System } from "../system.ts";

/** What expansion needs of the shell around it; the later stages give it as functions. */
export interface ExpansionHost {
  readonly system: System;
  readonly vars: VariableStore;
  readonly state: ShellState;
  /** Runs `$(…)`; its output without trailing newlines. */
  commandSubstitution(body: Script): string;
  /** Parses and runs `` `…` ``. */
  backquote(part: Backquote): string;
  /** Starts `<(…)`; the path to open. */
  processSubstitution(part: ProcessSubstitution): string;
  /** Evaluates an arithmetic expression to its decimal text. */
  arithmetic(expression: string): string;
  /** As {@link arithmetic}, for subscripts and substring bounds. */
  integer(expression: string): number;
  /** `$?`, `$$`, `$!`, `$-`, `$#`, `$_` and `$0`. */
  special(name: string): string | undefined;
  /** Expands a prompt (`${x@P}`, PS4). */
  prompt(text: string): string;
  /** Expands the text of a subscript that was not parsed with the script (from a nameref, an indirection, `unset`). */
  subscriptText(text: string): string;
  /** Prints a warning with the shell's prefix. */
  warn(message: string): void;
}
