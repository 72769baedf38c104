import { decodeEscapes } from "../expand/escapes.ts";
import type { Interpreter } from "../interp/interpreter.ts";

/** `echo [-neE] [arg …]` */
export function echoBuiltin(sh: Interpreter, args: string[]): number {
  let newline = true;
  let escapes = sh.state.shopt.xpg_echo;
  let at = 0;
  if (!(sh.posix && sh.state.shopt.xpg_echo)) {
    for (; at < args.length && /^-[neE]+$/.test(args[at] as string); at++) {
      for (const letter of (args[at] as string).slice(1)) {
        if (letter === "n") newline = false;
        else escapes = letter === "e";
      }
    }
  }
  let text = at === 0 ? args.join(" ") : args.slice(at).join(" ");
  if (escapes) {
    const decoded = decodeEscapes(text, "echo");
    text = decoded.text;
    if (decoded.stopped) newline = false;
  }
  return sh.out(newline ? `${text}\n` : text, "echo") ? 0 : 1;
}
