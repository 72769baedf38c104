import type { Interpreter } from "../interp/interpreter.ts";

const USAGE =
  "bind [-lpsvPSVX] [-m keymap] [-f filename] [-q name] [-u name] [-r keyseq] [-x keyseq:shell-command] [keyseq:readline-function or readline-command]";

/** `bind`: there is no line editor in a script, which it says before anything else. */
export function bindBuiltin(sh: Interpreter, args: string[]): number {
  sh.builtinError("bind", "warning: line editing not enabled");
  for (let at = 0; at < args.length && /^-./.test(args[at] as string) && args[at] !== "--"; at++) {
    const letters = (args[at] as string).slice(1);
    const bad = [...letters].find((letter) => !"lpsvPSVXmfqurx".includes(letter));
    if (bad) return sh.usage("bind", `-${bad}`, USAGE);
    if (!/[mfqurx]$/.test(letters)) continue;
    if (args[++at] !== undefined) continue;
    sh.builtinError("bind", `-${letters.at(-1)}: option requires an argument`);
    return sh.usage("bind", undefined, USAGE);
  }
  return 0;
}
