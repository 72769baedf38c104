import { singleQuote } from "../expand/quote.ts";
import type { Interpreter } from "../interp/interpreter.ts";
import { SIGNAL_NAMES, signalName, signalNumber } from "../interp/messages.ts";

const PSEUDO = ["EXIT", "DEBUG", "ERR", "RETURN"];
const USAGE = "trap [-lp] [[arg] signal_spec ...]";

/** The name that traps are kept under. */
function trapName(text: string): string | undefined {
  const upper = text.toUpperCase().replace(/^SIG/, "");
  if (PSEUDO.includes(upper)) return upper;
  if (text === "0") return "EXIT";
  const number = signalNumber(text);
  return number === undefined ? undefined : signalName(number);
}

function order(name: string): number {
  if (name === "EXIT") return 0;
  const number = SIGNAL_NAMES.indexOf(name);
  if (number > 0) return number;
  return 100 + PSEUDO.indexOf(name);
}

function show(sh: Interpreter, names: string[]): string {
  const traps = sh.shownTraps ?? sh.state.traps.read;
  return names
    .filter((name) => traps.has(name))
    .sort((a, b) => order(a) - order(b))
    .map(
      (name) =>
        `trap -- ${singleQuote(traps.get(name) as string)} ${PSEUDO.includes(name) || sh.posix ? name : `SIG${name}`}\n`,
    )
    .join("");
}

/** The table of `kill -l` and `trap -l`. */
export function signalTable(): string {
  let out = "";
  let column = 0;
  for (let number = 1; number <= 64; number++) {
    const name = signalName(number);
    if (!name) continue;
    out += `${String(number).padStart(2)}) SIG${name}${++column % 5 === 0 ? "\n" : "\t"}`;
  }
  return out.endsWith("\t") ? `${out}\n` : out;
}

/** `trap [-lp] [[action] signal …]` */
export function trapBuiltin(sh: Interpreter, args: string[]): number {
  let rest = args;
  let print = false;
  while (rest[0] && /^-[lp]+$/.test(rest[0])) {
    if (rest[0].includes("l")) {
      sh.out(signalTable(), "trap");
      return 0;
    }
    print = true;
    rest = rest.slice(1);
  }
  if (rest[0] === "--") rest = rest.slice(1);
  else if (rest[0] && /^-./.test(rest[0])) return sh.usage("trap", rest[0].slice(0, 2), USAGE);
  if (rest.length === 0)
    return sh.out(show(sh, [...(sh.shownTraps ?? sh.state.traps.read).keys()]), "trap") ? 0 : 1;
  if (print) return forEachSignal(sh, rest, (name) => sh.out(show(sh, [name]), "trap"));
  const [action, ...signals] = rest as [string, ...string[]];
  if (signals.length === 0) {
    if (trapName(action) === undefined || (sh.posix && !/^\d+$/.test(action)))
      return sh.usage("trap", undefined, USAGE);
    return forEachSignal(sh, [action], (name) => setTrap(sh, name, undefined));
  }
  if (sh.posix && /^\d+$/.test(action) && trapName(action) !== undefined)
    return forEachSignal(sh, rest, (name) => setTrap(sh, name, undefined));
  return forEachSignal(sh, signals, (name) => setTrap(sh, name, action === "-" ? undefined : action));
}

function forEachSignal(sh: Interpreter, signals: string[], act: (name: string) => void): number {
  let status = 0;
  for (const text of signals) {
    const name = trapName(text);
    if (name === undefined) status = sh.builtinError("trap", `${text}: invalid signal specification`);
    else act(name);
  }
  return status;
}

function setTrap(sh: Interpreter, name: string, action: string | undefined): void {
  sh.shownTraps = undefined;
  if (action === undefined) sh.state.traps.write.delete(name);
  else sh.state.traps.write.set(name, action);
  const number = SIGNAL_NAMES.indexOf(name);
  if (number > 0) sh.setSignal(number, action);
  // Before this one runs the signals that end the shell have to be noticed.
  else if (name === "EXIT" && sh.baseTraps === undefined) sh.setSignals();
}
