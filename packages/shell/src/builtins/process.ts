import type { Interpreter } from "../interp/interpreter.ts";
import { Options } from "./options.ts";

/** `times` */
export function timesBuiltin(sh: Interpreter): number {
  const { user, system, childUser, childSystem } = sh.system.times();
  const show = (ms: number) => `${Math.floor(ms / 60000)}m${((ms % 60000) / 1000).toFixed(3)}s`;
  return sh.out(`${show(user)} ${show(system)}\n${show(childUser)} ${show(childSystem)}\n`, "times") ? 0 : 1;
}

/** `umask [-p] [-S] [mode]` */
export function umaskBuiltin(sh: Interpreter, args: string[]): number {
  let symbolic = false;
  let reusable = false;
  const options = new Options(args);
  for (const letter of options) {
    if (letter === "S") symbolic = true;
    else if (letter === "p") reusable = true;
    else return sh.usage("umask", `-${letter}`, "umask [-p] [-S] [mode]");
  }
  const [text] = options.operands();
  const mask = sh.system.umask();
  if (text !== undefined) {
    const next = /^\d/.test(text) ? octal(sh, text) : symbolicMask(sh, text, mask);
    if (next === undefined) return 1;
    sh.system.umask(next);
    if (symbolic) sh.out(`${symbols(next)}\n`, "umask");
    return 0;
  }
  const shown = symbolic ? symbols(mask) : mask.toString(8).padStart(4, "0");
  return sh.out(`${reusable ? `umask ${symbolic ? "-S " : ""}` : ""}${shown}\n`, "umask") ? 0 : 1;
}

function octal(sh: Interpreter, text: string): number | undefined {
  if (/^[0-7]+$/.test(text) && Number.parseInt(text, 8) <= 0o777) return Number.parseInt(text, 8);
  sh.builtinError("umask", `${text}: octal number out of range`);
  return undefined;
}

function symbols(mask: number): string {
  const part = (shift: number) => {
    const bits = ~(mask >> shift) & 7;
    return (bits & 4 ? "r" : "") + (bits & 2 ? "w" : "") + (bits & 1 ? "x" : "");
  };
  return `u=${part(6)},g=${part(3)},o=${part(0)}`;
}

/** `u=rwx,go-w`: permissions that stay, so the mask is their complement. */
function symbolicMask(sh: Interpreter, text: string, mask: number): number | undefined {
  let allowed = ~mask & 0o777;
  for (const clause of text.split(",")) {
    const match = /^([ugoa]*)([-+=])([rwxXst]*)$/.exec(clause);
    if (!match) {
      const bad =
        /[^ugoarwxXst=+-]/.exec(clause)?.[0] ?? /(?<=[-+=].*)[ugo]/.exec(clause)?.[0] ?? clause[0] ?? "";
      sh.builtinError(
        "umask",
        /^[ugoa]*[^ugoa=+-]/.test(clause)
          ? `\`${bad}': invalid symbolic mode operator`
          : `\`${bad}': invalid symbolic mode character`,
      );
      return undefined;
    }
    const [, who, operator, what] = match as unknown as [string, string, string, string];
    const bits = (what.includes("r") ? 4 : 0) | (what.includes("w") ? 2 : 0) | (/[xX]/.test(what) ? 1 : 0);
    for (const [letter, shift] of [
      ["u", 6],
      ["g", 3],
      ["o", 0],
    ] as const) {
      if (who !== "" && !who.includes("a") && !who.includes(letter)) continue;
      if (operator === "=") allowed = (allowed & ~(7 << shift)) | (bits << shift);
      else if (operator === "+") allowed |= bits << shift;
      else allowed &= ~(bits << shift);
    }
  }
  return ~allowed & 0o777;
}

const LIMITS: Record<string, [string, string, string]> = {
  R: ["real-time non-blocking time", "microseconds", "unlimited"],
  c: ["core file size", "blocks", "0"],
  d: ["data seg size", "kbytes", "unlimited"],
  e: ["scheduling priority", "", "0"],
  f: ["file size", "blocks", "unlimited"],
  i: ["pending signals", "", "64"],
  l: ["max locked memory", "kbytes", "64"],
  m: ["max memory size", "kbytes", "unlimited"],
  n: ["open files", "", "256"],
  p: ["pipe size", "512 bytes", "8"],
  q: ["POSIX message queues", "bytes", "0"],
  r: ["real-time priority", "", "0"],
  s: ["stack size", "kbytes", "8192"],
  t: ["cpu time", "seconds", "unlimited"],
  u: ["max user processes", "", "256"],
  v: ["virtual memory", "kbytes", "unlimited"],
  x: ["file locks", "", "unlimited"],
};

/** `ulimit [-SHacdefilmnpqrstuvx] [limit]`: shows the limits of the box; changes are accepted where they only lower one. */
export function ulimitBuiltin(sh: Interpreter, args: string[]): number {
  const letters: string[] = [];
  let value: string | undefined;
  let all = false;
  for (const arg of args) {
    if (/^-./.test(arg) && arg !== "-1") {
      for (const letter of arg.slice(1)) {
        if (letter === "a") all = true;
        else if (letter in LIMITS) letters.push(letter);
        else if (letter !== "S" && letter !== "H")
          return sh.usage("ulimit", `-${letter}`, "ulimit [-SHabcdefiklmnpqrstuvxPRT] [limit]");
      }
    } else value = arg;
  }
  if (all) {
    for (const [letter, [text, unit, limit]] of Object.entries(LIMITS)) {
      const unitText = unit ? `(${unit}, -${letter})` : `(-${letter})`;
      sh.out(`${text.padEnd(20)} ${unitText.padStart(19)} ${sh.limits.get(letter) ?? limit}\n`, "ulimit");
    }
    return 0;
  }
  if (letters.length === 0) letters.push("f");
  for (const letter of letters) {
    if (value === undefined)
      sh.out(`${sh.limits.get(letter) ?? (LIMITS[letter] as [string, string, string])[2]}\n`, "ulimit");
    else if (/^\d+$|^unlimited$|^hard$|^soft$/.test(value)) {
      if (/^\d+$|^unlimited$/.test(value)) sh.limits.set(letter, value);
    } else return sh.builtinError("ulimit", `${value}: invalid number`);
  }
  return 0;
}
