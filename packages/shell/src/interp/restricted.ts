import { Attr } from "../state/variable.ts";
import type { Interpreter } from "./interpreter.ts";

/** Variables that a shell started restricted keeps as they are. */
const FIXED = ["PATH", "SHELL", "ENV", "BASH_ENV"];

/** Starts the shell restricted (`bash -r`, `rbash`), before its script is read. */
export function startRestricted(sh: Interpreter): void {
  sh.state.shopt.restricted_shell = true;
  restrict(sh);
}

/** `set -r`. In a script that came with -c the variables stay as free as they were. */
export function restrict(sh: Interpreter): void {
  sh.state.restricted = true;
  if (sh.state.how === "c") return;
  for (const name of FIXED) sh.vars.setAttributes(sh.vars.writable(name), Attr.READONLY, 0);
}

/** Whether a restricted shell refuses what a builtin is asked for, which it then says. `what`: the part that is refused. */
export function refused(sh: Interpreter, builtin: string, what?: string): boolean {
  if (!sh.state.restricted) return false;
  sh.builtinError(builtin, what === undefined ? "restricted" : `${what}: restricted`);
  return true;
}
