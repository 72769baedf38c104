import { tooMany } from "../interp/execute.ts";
import { printFunction } from "../interp/function-text.ts";
import type { Interpreter } from "../interp/interpreter.ts";
import { restrict } from "../interp/restricted.ts";
import { UNLISTED } from "../interp/special.ts";
import { optionOfLetter, SET_NAMES, type SetOption } from "../state/options.ts";
import { setLine } from "./declare.ts";

const USAGE = "set [-abefhkmnptuvxBCEHPT] [-o option-name] [--] [-] [arg ...]";

/** Sets an option and what hangs on it. */
export function setOption(sh: Interpreter, name: SetOption, on: boolean): void {
  sh.state.set[name] = on;
  if (name === "allexport") sh.vars.exportAll = on;
  else if (name === "posix") {
    if (on) {
      sh.state.shopt.expand_aliases = true;
      if (sh.vars.get("POSIXLY_CORRECT") === undefined) sh.vars.set("POSIXLY_CORRECT", "y");
    } else sh.vars.unset("POSIXLY_CORRECT");
    sh.state.shopt.inherit_errexit = on;
  } else if (name === "ignoreeof") {
    if (on) sh.vars.set("IGNOREEOF", "10");
    else sh.vars.unset("IGNOREEOF");
  } else if (name === "emacs" && on) sh.state.set.vi = false;
  else if (name === "vi" && on) sh.state.set.emacs = false;
}

/** `set [-abefhkmnptuvxBCEHPT] [-o option] [--] [arg …]` */
export function setBuiltin(sh: Interpreter, args: string[]): number {
  if (args.length === 0) return printAll(sh);
  const wrong = wrongLetter(args);
  if (wrong !== undefined) return sh.usage("set", wrong, USAGE);
  let at = 0;
  for (; at < args.length; at++) {
    const arg = args[at] as string;
    if (arg === "--") {
      sh.state.positional = args.slice(at + 1);
      return 0;
    }
    if (arg === "-") {
      setOption(sh, "xtrace", false);
      setOption(sh, "verbose", false);
      if (at + 1 < args.length) sh.state.positional = args.slice(at + 1);
      return 0;
    }
    if (arg === "+") continue;
    if (!/^[-+]./.test(arg)) break;
    const used = letters(sh, arg, args[at + 1]);
    if (used < 0) return 2;
    at += used;
  }
  if (at < args.length) sh.state.positional = args.slice(at);
  return 0;
}

/** The first option that there is none of: it keeps those before it from being set, too. */
function wrongLetter(args: readonly string[]): string | undefined {
  for (let at = 0; at < args.length; at++) {
    const arg = args[at] as string;
    if (!/^[-+]./.test(arg) || arg === "--") return undefined;
    // What follows an `o` could be its argument.
    for (const letter of arg.slice(1).replace(/o.*/s, ""))
      if (letter !== "r" && !optionOfLetter(letter)) return `${arg[0]}${letter}`;
    if (/^[^o]*o$/.test(arg) && !args[at + 1]?.startsWith("-")) at++;
  }
  return undefined;
}

/** How many further arguments were used; -1 after an error. */
function letters(sh: Interpreter, arg: string, next: string | undefined): number {
  const on = arg[0] === "-";
  let used = 0;
  for (const letter of arg.slice(1)) {
    if (letter === "o") {
      if (next === undefined || used > 0 || /^(?:$|[-+])/.test(next)) {
        printOptions(sh, on);
        continue;
      }
      if (!(SET_NAMES as string[]).includes(next)) {
        sh.builtinError("set", `${next}: invalid option name`);
        return -1;
      }
      setOption(sh, next as SetOption, on);
      used = 1;
      continue;
    }
    if (letter === "r" && on) {
      restrict(sh);
      continue;
    }
    const name = optionOfLetter(letter);
    if (!name) {
      sh.usage("set", `${arg[0]}${letter}`, USAGE);
      return -1;
    }
    setOption(sh, name, on);
  }
  return used;
}

/** `set -o` as a table, `set +o` as commands. */
export function printOptions(sh: Interpreter, table: boolean): void {
  const lines = SET_NAMES.map((name) => {
    const on = sh.state.set[name];
    return table ? `${name.padEnd(15)}\t${on ? "on" : "off"}\n` : `set ${on ? "-" : "+"}o ${name}\n`;
  });
  sh.out(lines.join(""), "set");
}

function printAll(sh: Interpreter): number {
  let out = "";
  for (const name of sh.vars.names()) {
    const variable = sh.vars.get(name);
    if (variable && !UNLISTED.has(name)) out += setLine(variable);
  }
  if (!sh.posix)
    for (const name of [...sh.state.functions.read.keys()].sort())
      out += `${printFunction(sh.state.functions.read.get(name)!)}\n`;
  return sh.out(out, "set") ? 0 : 1;
}

/** `shift [n]` */
export function shiftBuiltin(sh: Interpreter, args: string[]): number {
  const rest = args[0] === "--" ? args.slice(1) : args;
  const text = rest[0] ?? "1";
  if (!/^[-+]?\d+$/.test(text)) {
    sh.builtinError("shift", `${text}: numeric argument required`);
    return 1;
  }
  if (rest.length > 1) return tooMany(sh, "shift");
  const count = Number(text);
  const { positional } = sh.state;
  if (count < 0) return sh.builtinError("shift", `${text}: shift count out of range`);
  if (count > positional.length) {
    if (sh.state.shopt.shift_verbose || sh.posix)
      sh.builtinError("shift", `${text}: shift count out of range`);
    return 1;
  }
  if (count > 0) sh.state.positional = positional.slice(count);
  return 0;
}
