import type { Interpreter } from "../interp/interpreter.ts";

/** `caller [n]` */
export function callerBuiltin(sh: Interpreter, args: string[]): number {
  const frames = sh.state.frames.filter((frame, i) => i > 0 || frame.source !== "").reverse();
  const text = args[0];
  if (sh.state.frames.length < 2) return 1;
  if (text !== undefined && !/^\d+$/.test(text)) {
    sh.builtinError("caller", `${text}: invalid number`);
    return sh.usage("caller", undefined, "caller [expr]");
  }
  const depth = Number(text ?? 0);
  const frame = frames[depth];
  const above = frames[depth + 1];
  if (!frame || (text !== undefined && !above)) return 1;
  const source = above?.source || "NULL";
  sh.out(
    text === undefined ? `${frame.callLine} ${source}\n` : `${frame.callLine} ${above?.name} ${source}\n`,
    "caller",
  );
  return 0;
}
