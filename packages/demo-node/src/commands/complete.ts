import { completions as inBox, type Sandbox } from "@shadowbox/sandbox/node";
import { slashCompletions } from "./slash.ts";

/** Whole lines that a beginning may become: our commands, or what it may be in the box. */
export function completions(box: Sandbox, line: string, cwd: string): string[] {
  const own = line.startsWith("/") ? slashCompletions(box, line) : [];
  return own.length > 0 ? own : inBox(box, line, cwd);
}
