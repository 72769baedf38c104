import { tooMany } from "../interp/execute.ts";
import type { Interpreter } from "../interp/interpreter.ts";

/** The number that `break`, `continue` were given; a text is why it is none. */
function levels(sh: Interpreter, name: string, args: string[]): number | undefined {
  const rest = args[0] === "--" ? args.slice(1) : args;
  const text = rest[0];
  if (text === undefined) return 1;
  if (!/^[-+]?\d+$/.test(text)) {
    sh.builtinError(name, `${text}: numeric argument required`);
    sh.exit(128);
    return undefined;
  }
  if (rest.length > 1) {
    tooMany(sh, name);
    return undefined;
  }
  const count = Number(text);
  if (count > 0) return count;
  sh.builtinError(name, `${text}: loop count out of range`);
  sh.flow = { kind: "break", levels: Number.MAX_SAFE_INTEGER };
  return undefined;
}

function leave(sh: Interpreter, kind: "break" | "continue", args: string[]): number {
  const { loopDepth } = sh.state;
  if (loopDepth === 0) {
    if (!sh.posix) sh.builtinError(kind, "only meaningful in a `for', `while', or `until' loop");
    return 0;
  }
  const count = levels(sh, kind, args);
  if (count === undefined) {
    if (sh.flow?.kind === "break") sh.flow.levels = loopDepth;
    return sh.flow?.kind === "exit" ? 128 : 1;
  }
  sh.flow = { kind, levels: Math.min(count, loopDepth) };
  return 0;
}

/** `break [n]` */
export function breakBuiltin(sh: Interpreter, args: string[]): number {
  return leave(sh, "break", args);
}

/** `continue [n]` */
export function continueBuiltin(sh: Interpreter, args: string[]): number {
  return leave(sh, "continue", args);
}

/** The status that `exit` and `return` were given, or the current one. */
function statusArgument(sh: Interpreter, name: string, args: string[]): number | undefined {
  const rest = args[0] === "--" ? args.slice(1) : args;
  const text = rest[0];
  if (text === undefined)
    return sh.trapStatus.length && (name === "exit" || sh.state.frames.length === sh.trapFrames)
      ? (sh.trapStatus.at(-1) as number)
      : sh.state.lastStatus;
  if (!/^\s*[-+]?\d+\s*$/.test(text)) {
    sh.builtinError(name, `${text}: numeric argument required`);
    return 2;
  }
  if (rest.length > 1) {
    tooMany(sh, name);
    return undefined;
  }
  return Number(BigInt.asUintN(8, BigInt(text.trim())));
}

/** `exit [n]` */
export function exitBuiltin(sh: Interpreter, args: string[]): number {
  const status = statusArgument(sh, "exit", args);
  return status === undefined ? 1 : sh.exit(status);
}

/** `return [n]` */
export function returnBuiltin(sh: Interpreter, args: string[]): number {
  const inside = sh.state.frames.some((frame) => frame.kind !== "main");
  if (!inside) {
    sh.builtinError("return", "can only `return' from a function or sourced script");
    return 2;
  }
  const status = statusArgument(sh, "return", args);
  if (status === undefined) return 1;
  sh.flow = { kind: "return", status, before: sh.state.lastStatus };
  return status;
}
