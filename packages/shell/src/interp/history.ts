import { encodeText } from "@shadowbox/vfs";
import { OpenFlag } from "../system.ts";
import type { Interpreter } from "./interpreter.ts";

/** Keeps a command that was read (`set -o history`), as HISTCONTROL and HISTIGNORE let it. */
export function addHistory(sh: Interpreter, text: string): void {
  const line = text.replace(/^\n+|\n+$/g, "");
  if (line.trim() === "" || /^\s*#/.test(line)) return;
  const control = (sh.vars.text("HISTCONTROL") ?? "").split(":");
  const both = control.includes("ignoreboth");
  if ((both || control.includes("ignorespace")) && line.startsWith(" ")) return;
  if ((both || control.includes("ignoredups")) && sh.history.at(-1) === line) return;
  if (control.includes("erasedups")) sh.history = sh.history.filter((old) => old !== line);
  sh.history.push(line);
}

/** Reads a history file, a command a line; false if there is none. */
export function readHistory(sh: Interpreter, path: string): boolean {
  const fd = sh.system.open(path, OpenFlag.READ, 0);
  if (fd < 0) return false;
  const text = sh.fds.readAll(fd);
  sh.system.close(fd);
  for (const line of text.split("\n")) if (line !== "") sh.history.push(line);
  return true;
}

/** Writes commands to a history file, or adds them to it. */
export function writeHistory(
  sh: Interpreter,
  path: string,
  lines: readonly string[],
  append: boolean,
): boolean {
  const flags = OpenFlag.WRITE | OpenFlag.CREATE | (append ? OpenFlag.APPEND : OpenFlag.TRUNCATE);
  const fd = sh.system.open(path, flags, 0o600);
  if (fd < 0) return false;
  sh.system.write(fd, encodeText(lines.map((line) => `${line}\n`).join("")));
  sh.system.close(fd);
  return true;
}
