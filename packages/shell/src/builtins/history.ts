import { tooMany } from "../interp/execute.ts";
import { readHistory, writeHistory } from "../interp/history.ts";
import type { Interpreter } from "../interp/interpreter.ts";
import { runText } from "../interp/source.ts";

const USAGE = "history [-c] [-d offset] [n] or history -anrw [filename] or history -ps arg [arg...]";

/** `history [-c] [-d offset] [-anrw [file]] [-ps arg …] [n]` */
export function historyBuiltin(sh: Interpreter, args: string[]): number {
  const first = args[0];
  if (first !== undefined && /^\d+$/.test(first) && args.length > 1) return tooMany(sh, "history");
  if (first === undefined || /^\d+$/.test(first))
    return show(sh, first === undefined ? sh.history.length : Number(first));
  const file = args[1] ?? sh.vars.text("HISTFILE");
  switch (first) {
    case "-c":
      sh.history = [];
      return 0;
    case "-s":
      if (sh.state.set.history) sh.history.pop();
      if (args.length > 1) sh.history.push(args.slice(1).join(" "));
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
    case "-d":
      return remove(sh, args[1]);
    case "-r":
    case "-n":
      if (file === undefined || readHistory(sh, file)) return 0;
      return 1;
    case "-w":
      return file === undefined || writeHistory(sh, file, sh.history, false) ? 0 : 1;
    case "-a":
      return file === undefined || writeHistory(sh, file, sh.history, true) ? 0 : 1;
    default:
      if (first.startsWith("-")) return sh.usage("history", first.slice(0, 2), USAGE);
      return sh.builtinError("history", `${first}: numeric argument required`);
  }
}

function show(sh: Interpreter, count: number): number {
  const from = Math.max(0, sh.history.length - count);
  const lines = sh.history.slice(from).map((line, i) => `${String(from + i + 1).padStart(5)}  ${line}\n`);
  return sh.out(lines.join(""), "history") ? 0 : 1;
}

/** `history -d n`, `-d -n`, `-d n-m`. */
function remove(sh: Interpreter, text: string | undefined): number {
  const match = /^(-?\d+)(?:-(-?\d+))?$/.exec(text ?? "");
  const place = (given: string) =>
    Number(given) < 0 ? sh.history.length + Number(given) : Number(given) - 1;
  const from = match ? place(match[1] as string) : -1;
  const to = match?.[2] === undefined ? from : place(match[2]);
  if (from < 0 || to < from || to >= sh.history.length)
    return sh.builtinError("history", `${text ?? ""}: history position out of range`);
  sh.history.splice(from, to - from + 1);
  return 0;
}

/** `fc -l [-nr] [first] [last]`, `fc -s [old=new] [command]`; there is no editor to call. */
export function fcBuiltin(sh: Interpreter, args: string[]): number {
  const flags = new Set<string>();
  let at = 0;
  for (; at < args.length && /^-[a-z]+$/.test(args[at] as string); at++) {
    for (const letter of (args[at] as string).slice(1)) {
      if (!"lnrse".includes(letter))
        return sh.usage(
          "fc",
          `-${letter}`,
          "fc [-e ename] [-lnr] [first] [last] or fc -s [pat=rep] [command]",
        );
      flags.add(letter);
    }
    if (flags.has("e")) {
      if (args[++at] === "-") flags.add("s");
      flags.delete("e");
    }
  }
  // The command that runs is in the history already.
  const past = sh.state.set.history && sh.history.length > 1 ? sh.history.slice(0, -1) : sh.history;
  const rest = args.slice(at);
  if (flags.has("s")) return again(sh, past, rest);
  const size = past.length;
  if (size === 0) return 0;
  if (!flags.has("l")) return sh.builtinError("fc", "there is no editor here; use fc -l or fc -s");
  const first = place(past, rest[0], Math.max(0, size - 16));
  const last = place(past, rest[1], size - 1);
  if (first === undefined || last === undefined)
    return sh.builtinError("fc", "history specification out of range");
  const reverse = flags.has("r") !== first > last;
  const [low, high] = first <= last ? [first, last] : [last, first];
  const lines = past
    .slice(low, high + 1)
    .map((line, i) => `${flags.has("n") ? "" : low + i + 1}\t ${line}\n`);
  if (reverse) lines.reverse();
  return sh.out(lines.join(""), "fc") ? 0 : 1;
}

/** The index that a number, an offset from the end or the beginning of a command names. */
function place(past: readonly string[], text: string | undefined, fallback: number): number | undefined {
  if (text === undefined) return fallback;
  if (/^-?\d+$/.test(text)) {
    const number = Number(text);
    const index = number > 0 ? number - 1 : past.length + (number === 0 ? -1 : number);
    return Math.min(Math.max(index, 0), past.length - 1);
  }
  const found = past.findLastIndex((line) => line.startsWith(text));
  return found < 0 ? undefined : found;
}

/** `fc -s`: runs a command of the history again. */
function again(sh: Interpreter, past: readonly string[], args: string[]): number {
  const change = /^([^=]+)=(.*)$/s.exec(args[0] ?? "");
  const index = place(past, args[change ? 1 : 0], past.length - 1);
  const found = index === undefined ? undefined : past[index];
  if (found === undefined) return sh.builtinError("fc", "no command found");
  const line = change ? found.split(change[1] as string).join(change[2] as string) : found;
  sh.errorText(`${line}\n`);
  if (sh.state.set.history) sh.history[sh.history.length - 1] = line;
  return runText(sh, line, { line: sh.state.line, name: "fc" });
}
