import type { ShellFunction } from "../state/shell-state.ts";

/** A function as `declare -f` prints it. */
export function printFunction(fn: ShellFunction): string {
  return `${fn.name} () \n{ \n}`;
}
