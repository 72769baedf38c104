import type { Interpreter } from "../interp/interpreter.ts";

/** `history [-c] [-d offset] [-s arg …] [n]`: a script has the history that it makes. */
export function historyBuiltin(sh: Interpreter, args: string[]): number {
  const first = args[0];
  if (first === undefined || /^\d+$/.test(first)) {
    const count = first === undefined ? sh.history.length : Number(first);
    const from = Math.max(0, sh.history.length - count);
    sh.out(
      sh.history
        .slice(from)
        .map((line, i) => `${String(from + i + 1).padStart(5)}  ${line}\n`)
        .join(""),
      "history",
    );
    return 0;
  }
  switch (first) {
    case "-c":
      sh.history = [];
      return 0;
    case "-s":
      sh.history.push(args.slice(1).join(" "));
      return 0;
    case "-p":
      sh.out(
        args
          .slice(1)
          .map((arg) => `${arg}\n`)
          .join(""),
        "history",
      );
      return 0;
    case "-d": {
      const at = Number(args[1]);
      const index = at < 0 ? sh.history.length + at : at - 1;
      if (!Number.isInteger(at) || index < 0 || index >= sh.history.length)
        return sh.builtinError("history", `${args[1] ?? ""}: history position out of range`);
      sh.history.splice(index, 1);
      return 0;
    }
    case "-a":
    case "-n":
    case "-r":
    case "-w":
      return 0;
    default:
      if (first.startsWith("-"))
        return sh.usage(
          "history",
          first.slice(0, 2),
          "history [-c] [-d offset] [n] or history -anrw [filename] or history -ps arg [arg...]",
        );
      return sh.builtinError("history", `${first}: numeric argument required`);
  }
}

/** `fc`: there is no history to edit outside of a prompt. */
export function fcBuiltin(sh: Interpreter): number {
  return sh.builtinError("fc", "history specification out of range");
}
